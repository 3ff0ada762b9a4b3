import type { Icon as TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Icon } from '#ui/controls/icon.tsx';
import { FocusHeading } from './sheet-head.tsx';

export type Tone = 'stop' | 'good' | 'bad' | 'unknown' | 'live' | 'note';

/** Verdict, what was sent, what was recorded, what you can do: always in this order, in the sheet's place. */
export function OutcomeFrame(props: {
	tone: Tone;
	icon: TablerIcon;
	spin?: boolean;
	heading: ReactNode;
	focusKey: string;
	sentence: ReactNode;
	action?: ReactNode;
	middle?: ReactNode;
	sent: ReactNode;
	recorded: ReactNode;
	can: ReactNode;
}) {
	return (
		<section className={`sheet outcome outcome--${props.tone}`} aria-label="Outcome">
			<div className="outcome__head">
				<Icon of={props.icon} size={28} spin={props.spin ?? false} />
				<div className="grow">
					<FocusHeading focusKey={props.focusKey}>{props.heading}</FocusHeading>
					<p>{props.sentence}</p>
				</div>
				{props.action}
			</div>
			{props.middle}
			<div className="outcome__grid">
				<div>
					<h3>What was sent</h3>
					{props.sent}
				</div>
				<div>
					<h3>What was recorded</h3>
					{props.recorded}
				</div>
				<div>
					<h3>What you can do</h3>
					{props.can}
				</div>
			</div>
		</section>
	);
}
