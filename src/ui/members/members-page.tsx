'use client';

import { IconCircleCheck, IconEye, IconInfoCircle, IconPlus } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { useKeptFocus } from '#ui/controls/use-kept-focus.ts';
import { useHere } from '#ui/tenant.tsx';
import { AddMember } from './add-member.tsx';
import { InvitedTable } from './invited-table.tsx';
import { LinkOnce } from './link-once.tsx';
import { MemberTable } from './member-table.tsx';
import { type Invited, type Made, type Member, type NewMember, useMembers } from './members.ts';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { RemoveDialog, WithdrawDialog } from './remove-dialogs.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { withArticle } from './roles.ts';

type Open =
	| { readonly kind: 'add' }
	| { readonly kind: 'made'; readonly made: Made; readonly body: NewMember }
	| { readonly kind: 'role' | 'remove'; readonly member: Member }
	| { readonly kind: 'link' | 'withdraw'; readonly invited: Invited };

/** What came of adding a person: a link to hand over, or that none is needed. */
function Added({ made, body, onDone }: { made: Made; body: NewMember; onDone: () => void }) {
	const { tenant } = useHere();
	const becomes = `${withArticle(body.role)} of ${tenant}`;
	if (made.link !== undefined) {
		return (
			<LinkOnce
				link={made.link}
				expiresAt={made.expiresAt}
				email={body.email}
				becomes={becomes}
				lost="If it is lost, make a new one in the list below."
				done="Done"
				onDone={onDone}
			/>
		);
	}
	return (
		<div>
			<Alert
				tone="good"
				icon={IconCircleCheck}
				title={`${body.name} is ${becomes} now`}
				action={
					<Button small onPress={onDone}>
						Close
					</Button>
				}
			>
				<p>
					<span className="mono">{body.email}</span> has an account here, so no link is needed: they find {tenant} at
					their next request.
				</p>
			</Alert>
		</div>
	);
}

function Lists(props: {
	members: readonly Member[];
	invited: readonly Invited[];
	onOpen: ((open: Open) => void) | undefined;
}) {
	const { members, invited, onOpen } = props;
	return (
		<>
			<section className="card" aria-labelledby="members">
				<div className="card__head">
					<h2 id="members" tabIndex={-1}>
						In the tenant
					</h2>
					<span className="tiny dim num">{members.length}</span>
				</div>
				<MemberTable
					members={members}
					actions={
						onOpen
							? {
									onRole: (member) => onOpen({ kind: 'role', member }),
									onRemove: (member) => onOpen({ kind: 'remove', member }),
								}
							: undefined
					}
				/>
				<div className="card__foot small sub">
					<Icon of={IconInfoCircle} />
					The last ADMIN cannot be removed or made something else.
				</div>
			</section>
			{invited.length > 0 ? (
				<section className="card" aria-labelledby="invited">
					<div className="card__head">
						<h2 id="invited" tabIndex={-1}>
							Invited, not joined yet
						</h2>
						<span className="tiny dim num">{invited.length}</span>
					</div>
					<InvitedTable
						invited={invited}
						actions={
							onOpen
								? {
										onNewLink: (one) => onOpen({ kind: 'link', invited: one }),
										onWithdraw: (one) => onOpen({ kind: 'withdraw', invited: one }),
									}
								: undefined
						}
					/>
				</section>
			) : null}
		</>
	);
}

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
