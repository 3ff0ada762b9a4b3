import { ProblemError } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';

export type Verdict = AnswerOf<'POST /api/audit/verify-chain'>;
export type VerifyEvent =
	| { readonly type: 'progress'; readonly done: number; readonly size: number }
	| { readonly type: 'verdict'; readonly verdict: Verdict };

/** Reads one event of a stream (WHATWG HTML §9.2.6, as far as the portal uses it): its name and its data lines. */
function readEvent(block: string): { name: string; data: string } {
	let name = 'message';
	const data: string[] = [];
	for (const line of block.split('\n')) {
		if (line.startsWith('event:')) name = line.slice(6).trim();
		else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
	}
	return { name, data: data.join('\n') };
}

/** Cuts a stream of text at its blank lines; what is not complete waits for the next piece. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<{ name: string; data: string }> {
	const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
	let rest = '';
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			rest = (rest + value).replaceAll('\r\n', '\n');
			const blocks = rest.split('\n\n');
			rest = blocks.pop() ?? '';
			for (const block of blocks) if (block.trim() !== '') yield readEvent(block);
		}
	} finally {
		await reader.cancel().catch(() => {});
	}
}

/**
 * Verifies the whole chain of a tenant, with progress. Throws {@link ProblemError} for a refusal, and when the stream
 * ends before its verdict: no verdict is never taken for a good one.
 */
export async function* verifyChain(tenant: string, signal: AbortSignal): AsyncGenerator<VerifyEvent> {
	const answer = await fetch(`/api/audit/verify-chain?tenant=${encodeURIComponent(tenant)}`, {
		method: 'POST',
		headers: { accept: 'text/event-stream' },
		signal,
	});
	if (!answer.ok) {
		const body = await answer.json().catch(() => ({ code: 'internal', detail: `HTTP ${answer.status}` }));
		throw new ProblemError(body, answer.status, Number(answer.headers.get('retry-after')) || undefined);
	}
	if (!answer.headers.get('content-type')?.includes('text/event-stream') || answer.body === null) {
		return yield { type: 'verdict', verdict: await answer.json() };
	}
	for await (const event of eventsOf(answer.body)) {
		if (event.name === 'progress') yield { type: 'progress', ...JSON.parse(event.data) };
		if (event.name === 'verdict') return yield { type: 'verdict', verdict: JSON.parse(event.data) };
	}
	throw new ProblemError({ code: 'internal', detail: 'The verification ended without a verdict.' }, 500);
}
