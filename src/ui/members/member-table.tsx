'use client';

import { useId } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { initials } from '#ui/shell/initials.ts';
import { useHere } from '#ui/tenant.tsx';
import type { Member } from './members.ts';
import { roleMeans } from './roles.ts';

/** Who is in the tenant. `actions` are for an ADMIN. */
export function MemberTable(props: {
	members: readonly Member[];
	actions: { onRole: (member: Member) => void; onRemove: (member: Member) => void } | undefined;
}) {
	const { me } = useHere();
	const { actions } = props;
	const id = useId();
	const admins = props.members.filter((member) => member.role === 'ADMIN').length;
	return (
		<table className="tbl tbl--mid tbl--people">
			<thead>
				<tr>
					<th scope="col">Person</th>
					<th scope="col">Role</th>
					<th scope="col">Since</th>
					{actions ? (
						<th scope="col">
							<span className="vh">Actions</span>
						</th>
					) : null}
				</tr>
			</thead>
			<tbody>
				{props.members.map((member) => {
					const isLast = member.role === 'ADMIN' && admins === 1;
					const why = isLast ? `${id}-last` : undefined;
					return (
						<tr key={member.id}>
							<td>
								<span className="row">
									<span className="glyph glyph--round" aria-hidden="true">
										{initials(member.name)}
									</span>
									<span className="grow">
										<span className="med">{member.name}</span>
										{member.userId === me.user.id ? <span className="dim"> you</span> : null}
										<small className="mono">{member.email}</small>
									</span>
								</span>
							</td>
							<td data-l="Role">
								<span className="role">{member.role}</span>
								<small>{roleMeans[member.role]}</small>
							</td>
							<td data-l="Since">
								<Moment at={member.since} relative seconds={false} />
							</td>
							{actions ? (
								<td className="act">
									<span className="row">
										<Button small blocked={isLast} describedBy={why} onPress={() => actions.onRole(member)}>
											Change role…<span className="vh"> of {member.name}</span>
										</Button>
										<Button
											small
											look="danger-line"
											blocked={isLast}
											describedBy={why}
											onPress={() => actions.onRemove(member)}
										>
											Remove…<span className="vh"> {member.name}</span>
										</Button>
									</span>
									{isLast ? <small id={why}>The only ADMIN. Make somebody else ADMIN first</small> : null}
								</td>
							) : null}
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}
