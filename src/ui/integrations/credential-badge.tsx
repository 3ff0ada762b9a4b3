import { IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';

/** Whether the credential is known to work. One that was set while GitHub could not be asked is not said to. */
export function CredentialBadge({ testedAt, refused = false }: { testedAt: string | null; refused?: boolean }) {
	if (refused) {
		return (
			<span className="state state--bad">
				<Icon of={IconCircleX} />
				Does not work
			</span>
		);
	}
	if (testedAt === null) {
		return (
			<span className="state state--unknown">
				<Icon of={IconHelpCircle} />
				Set, not tested yet
			</span>
		);
	}
	return (
		<span className="state state--good">
			<Icon of={IconCircleCheck} />
			Works
		</span>
	);
}
