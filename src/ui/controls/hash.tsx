import { CopyIcon } from './copy.tsx';

/** First 8 (or 12) … last 4: enough to tell two apart; the whole is a copy away. */
export const shortHash = (hash: string, head: 8 | 12 = 8) => `${hash.slice(0, head)}…${hash.slice(-4)}`;

export function Hash({ value, name, head = 8 }: { value: string; name: string; head?: 8 | 12 }) {
	return (
		<span className="sha">
			<span title={value}>{shortHash(value, head)}</span>
			<CopyIcon text={value} label={`Copy ${name} ${value.slice(0, 8)}`} />
		</span>
	);
}
