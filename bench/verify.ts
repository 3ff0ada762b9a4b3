import { verifyChain } from '#gateway/verify-chain';
import type { TestPortal } from '#test/support/portal';
import { median, say, timed } from './figures.ts';

const ENTRIES = 50_000;
const BATCH = 1_000;
const LOG = 'bench';

/** (c) How fast a log is re-derived from its stored bytes, the database's reading included. */
export async function benchVerify(title: string, { portal }: TestPortal): Promise<void> {
	const { gateway } = portal;
	const entry = {
		action: 'mcp.tool.github.issue_write',
		actor: { kind: 'user', id: gateway.ids.uuid(), commit: 'c'.repeat(64), role: 'ADMIN' },
		ok: true,
		argsSha: 'a'.repeat(64),
		executionId: gateway.ids.uuid(),
		requestId: gateway.ids.uuid(),
		detail: { method: 'create' },
	} as const;
	const appending = await timed(async () => {
		for (let done = 0; done < ENTRIES; done += BATCH) {
			await Promise.all(Array.from({ length: BATCH }, () => gateway.store.append(LOG, entry)));
		}
	});
	const rates: number[] = [];
	for (let round = 0; round < 5; round++) {
		const ms = await timed(async () => {
			const verdict = await verifyChain(gateway, LOG);
			if (!verdict.ok || verdict.size !== ENTRIES) throw new Error(JSON.stringify(verdict));
		});
		rates.push(ENTRIES / (ms / 1000));
	}
	say(
		`(c) verify on ${title}: ${Math.round(median(rates))} entries/s over ${ENTRIES} ` +
			`(written at ${Math.round(ENTRIES / (appending / 1000))} entries/s into one log)`,
	);
}
