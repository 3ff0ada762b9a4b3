'use client';

import { type ReactNode, useEffect, useState } from 'react';
import { waitText } from '#ui/words.ts';
import { useSay } from './live.tsx';
import { clockText, useZone } from './time.tsx';

/** A wait that a Retry-After asked for. */
export interface Wait {
	/** Seconds, counting down to 0. */
	readonly left: number;
	/** When it is over; undefined when there is nothing to wait for. */
	readonly until: number | undefined;
}

/**
 * @param ready what a screen reader hears when the wait is over.
 * @param key what asked for it: another one begins a new wait, even of the same length.
 */
export function useWait(seconds: number | undefined, ready = 'You can try again now.', key?: unknown): Wait {
	const [wait, setWait] = useState<Wait>({ left: seconds ?? 0, until: undefined });
	const say = useSay();
	// biome-ignore lint/correctness/useExhaustiveDependencies: the key is not read, a new one begins anew
	useEffect(() => {
		if (!seconds) return setWait({ left: 0, until: undefined });
		const until = Date.now() + seconds * 1000;
		setWait({ left: seconds, until });
		const timer = setInterval(() => {
			const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
			setWait({ left, until: left > 0 ? until : undefined });
			if (left > 0) return;
			clearInterval(timer);
			say(ready);
		}, 500);
		return () => clearInterval(timer);
	}, [seconds, say, ready, key]);
	return wait;
}

/**
 * Words about a wait. Eyes see the seconds fall (“in 12 s”); a screen reader is given the time at which it is over, which
 * stays the same, or an alert would be read out again each second.
 * @param words given when it is possible again, or undefined once it is.
 */
export function WaitWords({ wait, words }: { wait: Wait; words: (when: string | undefined) => ReactNode }) {
	const [zone] = useZone();
	if (wait.left === 0) return words(undefined);
	const { until } = wait;
	if (until === undefined) return words(`in ${waitText(wait.left)}`);
	return (
		<>
			<span aria-hidden="true">{words(`in ${waitText(wait.left)}`)}</span>
			<span className="vh">{words(`at ${clockText(new Date(until).toISOString(), until, zone)}`)}</span>
		</>
	);
}
