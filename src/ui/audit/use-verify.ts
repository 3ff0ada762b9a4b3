'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { useSay } from '#ui/controls/live.tsx';
import { grouped } from '#ui/words.ts';
import { type Verdict, verifyChain } from './verify-stream.ts';

export type VerifyState =
	| { readonly at: 'idle' }
	| { readonly at: 'running'; readonly done: number; readonly size: number }
	| { readonly at: 'verdict'; readonly verdict: Verdict; readonly when: string; readonly seconds: number }
	| { readonly at: 'problem'; readonly error: unknown };

/** Runs one verification at a time, and says each tenth of it. */
export function useVerify(tenant: string) {
	const [state, setState] = useState<VerifyState>({ at: 'idle' });
	const running = useRef<AbortController>(null);
	const say = useSay();
	useEffect(() => () => running.current?.abort(), []);

	const stop = useCallback(() => {
		running.current?.abort();
		running.current = null;
		setState({ at: 'idle' });
	}, []);

	const start = useCallback(async () => {
		if (running.current) return;
		const abort = new AbortController();
		running.current = abort;
		const began = performance.now();
		let tenths = 0;
		setState({ at: 'running', done: 0, size: 0 });
		say('Verifying the chain.');
		try {
			for await (const event of verifyChain(tenant, abort.signal)) {
				if (event.type === 'verdict') {
					const seconds = (performance.now() - began) / 1000;
					setState({ at: 'verdict', verdict: event.verdict, when: new Date().toISOString(), seconds });
					if (event.verdict.ok) say(`Intact: ${grouped(event.verdict.size)} rows.`);
					break;
				}
				setState({ at: 'running', done: event.done, size: event.size });
				const tenth = Math.floor((event.done / Math.max(1, event.size)) * 10);
				if (tenth > tenths) say(`Row ${grouped(event.done)} of ${grouped(event.size)} verified.`);
				tenths = Math.max(tenths, tenth);
			}
		} catch (error) {
			if (!abort.signal.aborted) setState({ at: 'problem', error });
		} finally {
			if (running.current === abort) running.current = null;
		}
	}, [tenant, say]);

	return { state, start: () => void start(), stop };
}
