'use client';

import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { slugFrom } from './slug.ts';
import { missingOf, type TenantInput, type WrongInput, wrongOf } from './tenant-input.ts';

export type MadeTenant = AnswerOf<'POST /api/tenants'>;

const order = ['name', 'slug', 'adminEmail'] as const;

/** Makes a tenant and its first ADMIN. The slug follows the name until somebody writes one. */
export function TenantForm(props: { ownEmail: string; onMade: (made: MadeTenant, input: TenantInput) => void }) {
	const form = useRef<HTMLFormElement>(null);
	const [name, setName] = useState('');
	const [ownSlug, setOwnSlug] = useState<string>();
	const [adminEmail, setAdminEmail] = useState(props.ownEmail);
	const [missing, setMissing] = useState<WrongInput>({});
	const make = useMutation({
		mutationFn: (body: TenantInput) => call('POST /api/tenants', { body }),
		// The answer may hold a link: it is forgotten as soon as nobody shows it.
		gcTime: 0,
	});
	const slug = ownSlug ?? slugFrom(name);
	const answered = wrongOf(make.error);
	const wrong: WrongInput = { ...answered, ...missing };

	const focusFirst = (of: WrongInput) => {
		const field = order.find((one) => of[one] !== undefined);
		if (field !== undefined) form.current?.querySelector<HTMLElement>(`[name="${field}"]`)?.focus();
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when an answer comes, and only then
	useEffect(() => focusFirst(answered ?? {}), [make.error]);

	const submit = () => {
		if (make.isPending) return;
		const input: TenantInput = { name: name.trim(), slug: slug.trim(), adminEmail: adminEmail.trim() };
		const lacks = missingOf(input);
		setMissing(lacks);
		if (Object.keys(lacks).length > 0) return focusFirst(lacks);
		make.mutate(input, { onSuccess: (made) => props.onMade(made, input) });
	};

	return (
		<form
			className="stack"
			ref={form}
			aria-label="Make a tenant"
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				submit();
			}}
		>
			<Field label="Name" help="Of the team or company whose agents write. Shown to its members." error={wrong.name}>
				{(ids) => (
					<input
						className="in"
						name="name"
						autoComplete="organization"
						maxLength={100}
						{...ids}
						value={name}
						onChange={(event) => setName(event.currentTarget.value)}
					/>
				)}
			</Field>
			<Field
				label="Slug"
				help={
					<span>
						Stands in addresses and scripts: <span className="mono">/t/{slug || '…'}</span>. It cannot be changed later.
					</span>
				}
				error={wrong.slug}
			>
				{(ids) => (
					<input
						className="in mono"
						name="slug"
						autoComplete="off"
						autoCapitalize="off"
						spellCheck={false}
						maxLength={40}
						{...ids}
						value={slug}
						onChange={(event) => setOwnSlug(event.currentTarget.value)}
					/>
				)}
			</Field>
			<Field
				label="E-mail of its first ADMIN"
				help="Your own, or somebody else’s. If they have to join first, you get a one-time link for them."
				error={wrong.adminEmail}
			>
				{(ids) => (
					<input
						className="in mono"
						type="email"
						name="adminEmail"
						autoComplete="email"
						spellCheck={false}
						maxLength={254}
						{...ids}
						value={adminEmail}
						onChange={(event) => setAdminEmail(event.currentTarget.value)}
					/>
				)}
			</Field>
			{make.error && answered === undefined ? <Problem error={make.error} what="The tenant could not be made" /> : null}
			<p>
				<Button type="submit" look="primary" blocked={make.isPending}>
					{make.isPending ? 'Making the tenant…' : 'Make tenant'}
				</Button>
			</p>
		</form>
	);
}
