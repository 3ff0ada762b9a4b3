'use client';

import { IconCircleCheck, IconEye, IconWorld } from '@tabler/icons-react';
import Link from 'next/link';
import { useRef, useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { Unsaved } from '#ui/controls/unsaved.tsx';
import { useKeptFocus } from '#ui/controls/use-kept-focus.ts';
import { useExecutions } from '#ui/gateway/executions.ts';
import { useHere } from '#ui/tenant.tsx';
import { AddTarget } from './add-target.tsx';
import { changeOf } from './allow.ts';
import { SaveBar } from './save-bar.tsx';
import { TargetList } from './target-list.tsx';
import { type Targets, useSaveTargets, useTargets } from './targets.ts';

function Empty() {
	return (
		<div className="empty">
			<Icon of={IconWorld} size={28} />
			<h3>The list is empty: nothing is narrowed</h3>
			<p>Writes may go to every repository that the GitHub credential reaches.</p>
		</div>
	);
}

function LastChange({ targets }: { targets: Targets }) {
	const { tenant } = useHere();
	if (targets.at === null) return <span className="dim">Never changed</span>;
	return (
		<span>
			Last change <Moment at={targets.at} seconds={false} />
			{targets.by ? ` by ${targets.by}` : ''} ·{' '}
			<Link href={`/t/${tenant}/audit-log?action=targets.set`} prefetch={false}>
				audit rows
			</Link>
		</span>
	);
}

/** The list, and what is changed in it but not saved. */
function Editor({ targets }: { targets: Targets }) {
	const { tenant, role } = useHere();
	const say = useSay();
	const save = useSaveTargets(tenant);
	const { data: lately } = useExecutions(tenant);
	const [draft, setDraft] = useState<readonly string[]>();
	const [saved, setSaved] = useState(false);
	const input = useRef<HTMLInputElement>(null);
	const box = useRef<HTMLDivElement>(null);
	const after = draft ?? targets.allow;
	const change = changeOf(targets.allow, after);
	const dirty = change.added.length > 0 || change.removed.length > 0;
	useKeptFocus(box, 'h2', `${dirty} ${targets.at}`);
	const edit = (next: readonly string[]) => {
		setSaved(false);
		save.reset();
		setDraft(next);
	};
	const remove = (entry: string) => {
		edit(after.filter((one) => one !== entry));
		// An entry that was only added here is gone with its button.
		if (change.added.includes(entry)) input.current?.focus();
		say(`${entry} is taken off the list. Not saved yet.`);
	};
	const onSave = (reason: string) =>
		save.mutate(
			{ allow: [...after], ...(reason === '' ? {} : { reason }) },
			{
				onSuccess: () => {
					setDraft(undefined);
					setSaved(true);
					say('The targets are saved.');
				},
			},
		);
	const inUse = [
		...new Set(
			(lately?.pages ?? []).flatMap((page) =>
				page.executions.map(({ target }) => `${target.owner}/${target.repo}`.toLowerCase()),
			),
		),
	];
	const shown = after.length + change.removed.length;
	return (
		<div className="stack" ref={box}>
			<section className="card" aria-labelledby="allowed">
				<div className="card__head">
					<h2 id="allowed" tabIndex={-1}>
						Allowed targets
					</h2>
					<span className="push small sub">
						<LastChange targets={targets} />
					</span>
				</div>
				{shown === 0 ? (
					<Empty />
				) : (
					<TargetList
						before={targets.allow}
						change={change}
						onRemove={role === 'ADMIN' ? remove : undefined}
						onKeep={(entry) => edit([...after, entry])}
					/>
				)}
				{role === 'ADMIN' ? (
					<AddTarget present={after} onAdd={(entries) => edit([...after, ...entries])} inputRef={input} />
				) : null}
			</section>
			{dirty ? (
				<SaveBar
					tenant={tenant}
					before={targets.allow}
					after={after}
					change={change}
					inUse={inUse}
					busy={save.isPending}
					error={save.error}
					onSave={onSave}
					onDiscard={() => edit(targets.allow)}
				/>
			) : saved ? (
				<Alert tone="good" icon={IconCircleCheck} title="Saved">
					<p>
						It holds from the next request on, for tokens too. The change is a row in the{' '}
						<Link href={`/t/${tenant}/audit-log?action=targets.set`} prefetch={false}>
							audit log
						</Link>
						.
					</p>
				</Alert>
			) : null}
			<Unsaved dirty={dirty} title="Leave without saving the targets?" leaveWord="Leave without saving" />
		</div>
	);
}

/** Which repositories of all that the credential reaches may be written to. */
export function TargetsPage() {
	const { tenant, role } = useHere();
	const mayRead = role !== 'MEMBER';
	const { data, error, refetch } = useTargets(tenant, mayRead);
	return (
		<>
			<div className="page__head">
				<div className="grow">
					<h1>Targets</h1>
					<p>
						Which repositories writes from {tenant} may go to. What may be done there is part of the program; this list
						can only narrow it.
					</p>
				</div>
			</div>
			<div className="stack">
				{!mayRead ? (
					<Alert tone="info" icon={IconEye} title="The targets are for ADMIN and AUDITOR">
						<p>You are a MEMBER here. A preview tells you when a repository is not among them.</p>
					</Alert>
				) : error && data === undefined ? (
					<Problem error={error} what="The targets could not be read" retry={() => void refetch()} />
				) : data === undefined ? (
					<p className="loading dim">Loading…</p>
				) : (
					<>
						{role === 'AUDITOR' ? (
							<Alert tone="info" icon={IconEye} title="You are an AUDITOR here: you can read the targets">
								<p>Changing them is for an ADMIN.</p>
							</Alert>
						) : null}
						<Editor targets={data} />
					</>
				)}
			</div>
		</>
	);
}
