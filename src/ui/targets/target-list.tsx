import { IconMinus, IconPlus, IconTarget } from '@tabler/icons-react';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import type { Change } from './allow.ts';

const wordsOf = (entry: string) => (entry.endsWith('/*') ? `every repository of ${entry.slice(0, -2)}` : undefined);

function Mark({ as }: { as: 'added' | 'removed' }) {
	return (
		<span className={as === 'added' ? 'state state--good' : 'state state--note'}>
			<Icon of={as === 'added' ? IconPlus : IconMinus} />
			{as === 'added' ? 'Added' : 'Removed'}
			<span className="vh"> when it is saved</span>
		</span>
	);
}

/** One line each; what is removed stays in sight until it is saved. */
export function TargetList(props: {
	/** As it is saved; what is added stands below. */
	before: readonly string[];
	change: Change;
	onRemove: ((entry: string) => void) | undefined;
	onKeep: (entry: string) => void;
}) {
	const { change, onRemove } = props;
	return (
		<ul className="lines" aria-label="Targets">
			{[...props.before, ...change.added].map((entry) => {
				const removed = change.removed.includes(entry);
				const words = wordsOf(entry);
				return (
					<li key={entry.toLowerCase()} className="target">
						<Icon of={IconTarget} />
						<span className="grow">
							<span className={removed ? 'mono struck' : 'mono'}>{entry}</span>
							{words ? <small>{words}</small> : null}
						</span>
						{removed ? <Mark as="removed" /> : change.added.includes(entry) ? <Mark as="added" /> : null}
						{onRemove === undefined ? null : removed ? (
							<Button small onPress={() => props.onKeep(entry)}>
								Keep<span className="vh"> {entry}</span>
							</Button>
						) : (
							<Button small onPress={() => onRemove(entry)}>
								Remove<span className="vh"> {entry}</span>
							</Button>
						)}
					</li>
				);
			})}
		</ul>
	);
}
