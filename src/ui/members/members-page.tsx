'use client';

import { IconEye, IconPlus } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { useKeptFocus } from '#ui/controls/use-kept-focus.ts';
import { useHere } from '#ui/tenant.tsx';
import { AddMember } from './add-member.tsx';
import { Added } from './added.tsx';
import { Lists, type Open } from './lists.tsx';
import { type Made, type NewMember, useMembers } from './members.ts';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { RemoveDialog, WithdrawDialog } from './remove-dialogs.tsx';
import { RoleDialog } from './role-dialog.tsx';

/** Who may do what in a tenant. */
export function MembersPage() {
	const { tenant, role } = useHere();
	const mayRead = role !== 'MEMBER';
	const changes = role === 'ADMIN';
	const { data, error, refetch } = useMembers(tenant, mayRead);
	const [open, setOpen] = useState<Open>();
	const close = () => setOpen(undefined);
	const box = useRef<HTMLDivElement>(null);
	const rows = data && [...data.members, ...data.invited].map((one) => one.id).join(' ');
	useKeptFocus(box, 'h2', rows === undefined ? undefined : `${rows} ${open?.kind ?? ''}`);
	const onMade = (made: Made, body: NewMember) => setOpen({ kind: 'made', made, body });
	return (
		<>
			<div className="page__head">
				<div className="grow">
					<h1>Members</h1>
					<p>Who may do what in {tenant}. A change takes effect at their next request.</p>
				</div>
				{changes && open?.kind !== 'add' && open?.kind !== 'made' ? (
					<div className="row push">
						<Button look="primary" onPress={() => setOpen({ kind: 'add' })}>
							<Icon of={IconPlus} />
							Add a member
						</Button>
					</div>
				) : null}
			</div>
			<div className="stack stack--24" ref={box}>
				{changes && open?.kind === 'add' ? <AddMember onAdded={onMade} onClose={close} /> : null}
				{changes && open?.kind === 'made' ? <Added made={open.made} body={open.body} onDone={close} /> : null}
				{!mayRead ? (
					<Alert tone="info" icon={IconEye} title="The members are for ADMIN and AUDITOR">
						<p>You are a MEMBER here. An ADMIN adds people and changes roles.</p>
					</Alert>
				) : error && data === undefined ? (
					<Problem error={error} what="The members could not be read" retry={() => void refetch()} />
				) : data === undefined ? (
					<p className="loading dim">Loading…</p>
				) : (
					<>
						{changes ? null : (
							<Alert tone="info" icon={IconEye} title="You are an AUDITOR here: you can read who is in the tenant">
								<p>Adding, changing and removing is for an ADMIN.</p>
							</Alert>
						)}
						<Lists members={data.members} invited={data.invited} onOpen={changes ? setOpen : undefined} />
					</>
				)}
			</div>
			{changes && open?.kind === 'role' ? <RoleDialog member={open.member} onClose={close} /> : null}
			{changes && open?.kind === 'remove' ? <RemoveDialog member={open.member} onClose={close} /> : null}
			{changes && open?.kind === 'withdraw' ? <WithdrawDialog invited={open.invited} onClose={close} /> : null}
			{changes && open?.kind === 'link' ? (
				<NewLinkDialog invited={open.invited} onMade={onMade} onClose={close} />
			) : null}
		</>
	);
}
