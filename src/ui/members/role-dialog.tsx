'use client';

import { useId, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { type Role, useHere } from '#ui/tenant.tsx';
import { MemberProblem } from './member-problem.tsx';
import { type Member, useMemberActions } from './members.ts';
import { changeWords, roleMeans, roles, withArticle } from './roles.ts';

/** A change of role, named, with what the person gains or loses. */
export function RoleDialog({ member, onClose }: { member: Member; onClose: () => void }) {
	const { me, tenant } = useHere();
	const { change } = useMemberActions(tenant);
	const say = useSay();
	const group = useId();
	const [role, setRole] = useState<Role>(member.role);
	const same = role === member.role;
	const own = member.userId === me.user.id;
	const submit = () =>
		change.mutate(
			{ id: member.id, role },
			{
				onSuccess: () => {
					say(`${member.name} is ${withArticle(role)} of ${tenant} now.`);
					onClose();
				},
			},
		);
	return (
		<Dialog
			title={own ? `Change your role in ${tenant}?` : `Change the role of ${member.name} in ${tenant}?`}
			onClose={onClose}
			foot={
				<>
					<Button onPress={onClose}>Keep {member.role}</Button>
					<Button
						look="primary"
						blocked={same || change.isPending}
						describedBy={same ? `${group}-why` : undefined}
						onPress={submit}
					>
						{same ? 'Change role' : `Make ${role}`}
					</Button>
				</>
			}
		>
			<fieldset className="choices">
				<legend className="vh">New role</legend>
				{roles.map((one) => (
					<label key={one} className="choice">
						<input type="radio" name={group} checked={role === one} onChange={() => setRole(one)} />
						<span>
							<span className="med">{one}</span>
							{one === member.role ? <span className="dim"> now</span> : null}
							<small>{roleMeans[one]}</small>
						</span>
					</label>
				))}
			</fieldset>
			<p className="sub" id={`${group}-why`} aria-live="polite">
				{same ? (
					'Choose another role.'
				) : (
					<>
						{own ? <strong className="strong">This is you. </strong> : null}
						{changeWords(member.role, role, own)} It holds from {own ? 'your' : 'their'} next request on, for{' '}
						{own ? 'your' : 'their'} API tokens too.
					</>
				)}
			</p>
			<MemberProblem error={change.error} what="The role could not be changed" />
		</Dialog>
	);
}
