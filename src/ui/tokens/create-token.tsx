'use client';

import { useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { useFlags, useHere } from '#ui/tenant.tsx';
import { TokenOnce } from './token-once.tsx';
import { grantsOf, useTokenActions } from './tokens.ts';

const ends = [
	{ hours: 24, words: 'In 24 hours' },
	{ hours: 7 * 24, words: 'In 7 days' },
	{ hours: 30 * 24, words: 'In 30 days' },
	{ hours: 90 * 24, words: 'In 90 days' },
] as const;

const usualHours = 30 * 24;

export function CreateToken() {
	const { tenant, role } = useHere();
	const { data: flags } = useFlags(tenant);
	const { create } = useTokenActions(tenant);
	const grants = grantsOf(
		role,
		flags?.flags.some((one) => one.flag === 'mcp.execute-tokens' && one.effective) ?? false,
	);
	const [name, setName] = useState('');
	const [missing, setMissing] = useState(false);
	const [chosen, setChosen] = useState(0);
	const [hours, setHours] = useState<number>(usualHours);
	const wanted = grants[chosen];
	// It may have been switched off since it was chosen.
	const grant = wanted === undefined || wanted.off !== undefined ? grants[0] : wanted;
	if (grant === undefined) return null;
	const choices = ends.filter((end) => end.hours <= grant.hours);
	const expiresInHours = Math.min(hours, grant.hours);
	/** What one token may do is no choice for the next one. */
	const anew = () => {
		setName('');
		setChosen(0);
		setHours(usualHours);
	};
	if (create.data) return <TokenOnce created={create.data} onDone={() => create.reset()} />;
	return (
		<section className="card" aria-labelledby="create-token">
			<div className="card__head">
				<h2 id="create-token">Create a token</h2>
			</div>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					setMissing(name.trim() === '');
					if (name.trim() === '') event.currentTarget.querySelector<HTMLElement>('input')?.focus();
					if (name.trim() === '' || create.isPending) return;
					create.mutate({ name: name.trim(), scopes: grant.scopes, expiresInHours }, { onSuccess: anew });
				}}
			>
				<div className="card__body stack">
					<div className="grid3">
						<Field
							label="Name"
							help="Shown beside everything it does"
							error={missing && name.trim() === '' ? 'Give it a name that tells where it is used.' : undefined}
						>
							{(ids) => (
								<input
									className="in"
									maxLength={64}
									autoComplete="off"
									{...ids}
									value={name}
									onChange={(event) => setName(event.currentTarget.value)}
								/>
							)}
						</Field>
						<Field
							label="May"
							help={[
								grant.hours === 24 ? 'It can approve by itself. Prefer one that proposes.' : 'An ADMIN still approves.',
								...grants.flatMap(({ off }) => (off === undefined ? [] : [`${off}.`])),
							].join(' ')}
						>
							{(ids) => (
								<select
									className="in"
									{...ids}
									value={grants.indexOf(grant)}
									onChange={(event) => setChosen(Number(event.currentTarget.value))}
								>
									{grants.map((one, index) => (
										<option key={one.words} value={index} disabled={one.off !== undefined}>
											{`${one.words} (${one.scopes.join(', ')})${one.off === undefined ? '' : ': off'}`}
										</option>
									))}
								</select>
							)}
						</Field>
						<Field label="Ends" help={grant.hours === 24 ? '24 hours at most' : '90 days at most'}>
							{(ids) => (
								<select
									className="in"
									{...ids}
									value={expiresInHours}
									onChange={(event) => setHours(Number(event.currentTarget.value))}
								>
									{choices.map((end) => (
										<option key={end.hours} value={end.hours}>
											{end.words}
										</option>
									))}
								</select>
							)}
						</Field>
					</div>
					{create.error ? <Problem error={create.error} what="The token could not be created" /> : null}
				</div>
				<div className="card__foot">
					<Button type="submit" look="primary" blocked={create.isPending}>
						Create token
					</Button>
				</div>
			</form>
		</section>
	);
}
