'use client';

import { useEffect, useRef, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { type Role, useHere } from '#ui/tenant.tsx';
import { type Made, type NewMember, useMemberActions } from './members.ts';
import { roleMeans, roles } from './roles.ts';
import { type Wrong, wrongFields } from './wrong-fields.ts';

/** Adds a person: an account that the platform made is in at once, anybody else gets a link. */
export function AddMember(props: { onAdded: (made: Made, body: NewMember) => void; onClose: () => void }) {
	const { tenant } = useHere();
	const { add } = useMemberActions(tenant);
	const emailInput = useRef<HTMLInputElement>(null);
	const nameInput = useRef<HTMLInputElement>(null);
	const [email, setEmail] = useState('');
	const [name, setName] = useState('');
	const [role, setRole] = useState<Role>('MEMBER');
	const [missing, setMissing] = useState<Wrong>({});
	const answered = wrongFields(add.error, tenant);
	const wrong = { ...answered, ...missing };

	useEffect(() => emailInput.current?.focus(), []);
	useEffect(() => {
		const told = wrongFields(add.error, tenant);
		if (told !== undefined) (told.email === undefined ? nameInput : emailInput).current?.focus();
	}, [add.error, tenant]);

	const submit = () => {
		if (add.isPending) return;
		const lacks: Wrong = {
			...(/^\S+@\S+$/.test(email.trim()) ? {} : { email: 'Give the e-mail address that they will sign in with.' }),
			...(name.trim() === '' ? { name: 'Give their name. They can change it when they join.' } : {}),
		};
		setMissing(lacks);
		if (lacks.email !== undefined) return emailInput.current?.focus();
		if (lacks.name !== undefined) return nameInput.current?.focus();
		const body = { email: email.trim(), name: name.trim(), role };
		add.mutate(body, { onSuccess: (made) => props.onAdded(made, body) });
	};

	return (
		<section className="card" aria-labelledby="add-member">
			<div className="card__head">
				<h2 id="add-member">Add a member</h2>
			</div>
			<form
				noValidate
				onSubmit={(event) => {
					event.preventDefault();
					submit();
				}}
			>
				<div className="card__body stack">
					<div className="grid3">
						<Field label="E-mail" help="They sign in with it" error={wrong.email}>
							{(ids) => (
								<input
									className="in mono"
									type="email"
									autoComplete="off"
									spellCheck={false}
									maxLength={254}
									{...ids}
									ref={emailInput}
									value={email}
									onChange={(event) => setEmail(event.currentTarget.value)}
								/>
							)}
						</Field>
						<Field label="Name" help="Until they give their own" error={wrong.name}>
							{(ids) => (
								<input
									className="in"
									autoComplete="off"
									maxLength={100}
									{...ids}
									ref={nameInput}
									value={name}
									onChange={(event) => setName(event.currentTarget.value)}
								/>
							)}
						</Field>
						<Field label="Role" help={roleMeans[role]}>
							{(ids) => (
								<select
									className="in"
									{...ids}
									value={role}
									onChange={(event) => setRole(event.currentTarget.value as Role)}
								>
									{roles.map((one) => (
										<option key={one} value={one}>
											{one}
										</option>
									))}
								</select>
							)}
						</Field>
					</div>
					{add.error && answered === undefined ? (
						<Problem error={add.error} what="The person could not be added" />
					) : null}
				</div>
				<div className="card__foot">
					<Button type="submit" look="primary" blocked={add.isPending}>
						{add.isPending ? 'Adding…' : 'Add member'}
					</Button>
					<Button onPress={props.onClose}>Cancel</Button>
				</div>
			</form>
		</section>
	);
}
