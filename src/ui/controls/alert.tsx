import type { Icon as TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** A message that stands in place. `assertive` only for what is broken. */
export function Alert({
	tone = 'stop',
	icon,
	title,
	assertive = false,
	action,
	children,
}: {
	tone?: 'stop' | 'note' | 'bad' | 'good' | 'unknown' | 'info';
	icon: TablerIcon;
	title: ReactNode;
	assertive?: boolean;
	action?: ReactNode;
	children?: ReactNode;
}) {
	return (
		<div className={tone === 'stop' ? 'alert' : `alert alert--${tone}`} role={assertive ? 'alert' : undefined}>
			<Icon of={icon} />
			<div className="grow">
				{/* The focus can be led here when the message answers what was just pressed. */}
				<h2 className="h3" tabIndex={-1}>
					{title}
				</h2>
				{children}
			</div>
			{action}
		</div>
	);
}
