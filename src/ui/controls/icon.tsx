import type { Icon as TablerIcon } from '@tabler/icons-react';

/** One outline icon, always decoration: the word beside it carries the meaning. */
export function Icon({
	of: Drawn,
	size = 16,
	spin = false,
	className = '',
}: {
	of: TablerIcon;
	size?: 14 | 16 | 20 | 28;
	spin?: boolean;
	className?: string;
}) {
	const sized = size === 16 ? '' : ` i--${size}`;
	return <Drawn className={`i${sized}${spin ? ' spin' : ''} ${className}`.trim()} aria-hidden="true" stroke={1.75} />;
}
