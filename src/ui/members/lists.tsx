'use client';

import { IconInfoCircle } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';
import { InvitedTable } from './invited-table.tsx';
import { MemberTable } from './member-table.tsx';
import type { Invited, Made, Member, NewMember } from './members.ts';

/** What is open beside the lists, one thing at a time. */
export type Open =
	| { readonly kind: 'add' }
	| { readonly kind: 'made'; readonly made: Made; readonly body: NewMember }
	| { readonly kind: 'role' | 'remove'; readonly member: Member }
	| { readonly kind: 'link' | 'withdraw'; readonly invited: Invited };

/** Both lists; `onOpen` for whoever may change something. */
export function Lists(props: {
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
					The only ADMIN cannot be removed or made something else. A link stops working when whoever made it is ADMIN no
					more.
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
