import {
	IconCircleCheck,
	IconCircleDashed,
	IconCircleX,
	IconHelpHexagon,
	IconLoader2,
	IconUserExclamation,
	type Icon as TablerIcon,
} from '@tabler/icons-react';
import type { ExecutionState } from '#core/execution/state';
import { Icon } from './icon.tsx';

const looks: Readonly<Record<ExecutionState, { word: string; tone: string; icon: TablerIcon }>> = {
	RESERVED: { word: 'Executing', tone: 'live', icon: IconLoader2 },
	CONFIRMED: { word: 'Confirmed', tone: 'good', icon: IconCircleCheck },
	REJECTED: { word: 'Rejected by GitHub', tone: 'bad', icon: IconCircleX },
	INDETERMINATE: { word: 'Unknown – checking', tone: 'unknown', icon: IconHelpHexagon },
	ABSENT: { word: 'Not written', tone: '', icon: IconCircleDashed },
	NEEDS_HUMAN: { word: 'Needs a person', tone: 'note', icon: IconUserExclamation },
};

/** Icon, word and colour of an execution’s state; never colour alone. */
export function StateBadge({ state }: { state: ExecutionState }) {
	const look = looks[state];
	return (
		<span className={look.tone ? `state state--${look.tone}` : 'state'}>
			<Icon of={look.icon} spin={state === 'RESERVED'} />
			{look.word}
		</span>
	);
}
