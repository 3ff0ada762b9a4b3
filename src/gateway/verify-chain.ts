import { type ChainVerdict, createVerifier } from '#core/audit/verify';
import type { Deps } from './deps.ts';

/**
 * Re-derives a log from its stored bytes. The head is read first, so that entries appended meanwhile are not missed and
 * not asked for.
 * @param onProgress called after each batch with entries done and the size.
 */
export async function verifyChain(
	deps: Pick<Deps, 'store' | 'sha256'>,
	log: string,
	onProgress: (done: number, size: number) => void | Promise<void> = () => {},
): Promise<ChainVerdict> {
	const head = await deps.store.head(log);
	const verifier = createVerifier({ log }, deps.sha256);
	let done = 0;
	for await (const batch of deps.store.scan(log, head.size)) {
		for (const entry of batch) verifier.push(entry);
		done += batch.length;
		await onProgress(done, head.size);
	}
	const verdict = verifier.finish(head);
	const beyond = verdict.ok ? await deps.store.beyondHead(log) : null;
	return beyond === null ? verdict : { ...verdict, ok: false, firstBad: { seq: beyond, reason: 'head' } };
}
