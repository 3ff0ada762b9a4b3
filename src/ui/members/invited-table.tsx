'use client';

import { IconClockOff } from '@tabler/icons-react';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment, Relative, useNow } from '#ui/controls/time.tsx';
import type { Invited } from './members.ts';
import { roleMeans } from './roles.ts';

/** When a link ends, or that it has. */
function Ends({ at }: { at: string }) {
	const now = useNow();
	const over = now > 0 && Date.parse(at) <= now;
	return (
		<>
			<Moment at={at} seconds={false} />
			{over ? (
				<small className="note">
					<Icon of={IconClockOff} size={14} /> Expired: make a new one
				</small>
			) : (
				<small>
					<Relative at={at} until />
				</small>
			)}
		</>
	);
}

/** Who has a link that nobody has used yet. */
export function InvitedTable(props: {
	invited: readonly Invited[];
	actions: { onNewLink: (invited: Invited) => void; onWithdraw: (invited: Invited) => void } | undefined;
}) {
	const { actions } = props;
	return (
		<table className="tbl tbl--mid tbl--people">
			<thead>
				<tr>
					<th scope="col">Person</th>
					<th scope="col">Role</th>
					<th scope="col">Link expires</th>
					{actions ? (
						<th scope="col">
							<span className="vh">Actions</span>
						</th>
					) : null}
				</tr>
			</thead>
			<tbody>
				{props.invited.map((one) => (
					<tr key={one.id}>
						<td>
							<span className="med">{one.name}</span>
							<small className="mono">{one.email}</small>
						</td>
						<td data-l="Role">
							<span className="role">{one.role}</span>
							<small>{roleMeans[one.role]}</small>
						</td>
						<td data-l="Link expires">
							<Ends at={one.expiresAt} />
						</td>
						{actions ? (
							<td className="act">
								<span className="row">
									<Button small onPress={() => actions.onNewLink(one)}>
										New link…<span className="vh"> for {one.email}</span>
									</Button>
									<Button small look="danger-line" onPress={() => actions.onWithdraw(one)}>
										Withdraw…<span className="vh"> the link for {one.email}</span>
									</Button>
								</span>
							</td>
						) : null}
					</tr>
				))}
			</tbody>
		</table>
	);
}
