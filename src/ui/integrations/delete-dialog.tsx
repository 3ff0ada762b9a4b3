'use client';

import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import { useCredentialActions } from './credential.ts';

/** Says what stops. */
export function DeleteDialog({ onClose }: { onClose: () => void }) {
	const { tenant } = useHere();
	const { remove } = useCredentialActions(tenant);
	return (
		<Dialog
			title={`Delete the GitHub credential of ${tenant}?`}
			onClose={onClose}
			foot={
				<>
					<Button onPress={onClose}>Keep it</Button>
					<Button
						look="danger"
						blocked={remove.isPending}
						onPress={() => remove.mutate(undefined, { onSuccess: onClose })}
					>
						Delete credential
					</Button>
				</>
			}
		>
			<p className="sub">
				Nothing can be written to GitHub from {tenant} until another is set. A write that is still being looked for will
				need a person. The token itself stays valid at GitHub: revoke it there too.
			</p>
			{remove.error ? <Problem error={remove.error} what="The credential could not be deleted" /> : null}
		</Dialog>
	);
}
