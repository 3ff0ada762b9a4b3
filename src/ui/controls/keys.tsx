'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** ⌘ on Apple’s keyboards, Ctrl elsewhere. */
export const useCommandKey = () =>
	useSyncExternalStore(
		never,
		() => (/Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl'),
		() => 'Ctrl',
	);

/** Key caps beside a button; `mod` stands for ⌘ or Ctrl. */
export function Keys({ keys }: { keys: readonly string[] }) {
	const command = useCommandKey();
	return (
		<span className="kbd" aria-hidden="true">
			{keys.map((key) => (
				<kbd key={key}>{key === 'mod' ? command : key}</kbd>
			))}
		</span>
	);
}
