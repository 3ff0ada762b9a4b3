import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import { execute } from '#gateway/execute';
import type { Caller } from '#gateway/ports/caller';
import { propose } from '#gateway/propose';
import { reconcile } from '#gateway/reconcile';
import { verifyChain } from '#gateway/verify-chain';
import { demoCaller } from '#test/support/caller';
import { latestExecution } from '#test/support/latest-execution';
import { passTime } from '#test/support/pass-time';
import { issue, startPortal, type TestPortal } from '#test/support/portal';

let test: TestPortal;
let caller: Caller;
beforeAll(async () => {
	test = await startPortal();
	caller = await demoCaller(test.portal, 'admin@demo.local');
});
afterAll(() => test.close());

/** Where it breaks: `lost` = the effect did not happen; `unreported` = it happened, and the caller sees an error. */
type Mode = 'lost' | 'unreported' | 'lost for good';
type Port = 'store' | 'vault' | 'upstream';

function breaking(deps: Deps, port: Port, method: string, mode: Mode): Deps {
	let broken = 0;
	const real = deps[port] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
	const faulty = async (...args: unknown[]) => {
		if (mode !== 'lost for good' && broken++ > 0) return real[method]?.(...args);
		if (mode === 'unreported') await real[method]?.(...args);
		throw Object.assign(new Error('injected'), { code: 'ECONNRESET' });
	};
	return { ...deps, [port]: { ...deps[port], [method]: faulty } };
}

/** The row of the table: what the caller is told, where it ends once reconciled, and how many issues there are. */
const table: [port: Port, method: string, mode: Mode, answer: string, state: string | null, issues: number][] = [
	['store', 'executeFacts', 'lost', 'no answer', null, 0],
	['store', 'reserve', 'lost', 'no answer', null, 0],
	['store', 'reserve', 'unreported', 'ok', 'CONFIRMED', 1],
	['vault', 'open', 'lost', 'database_unavailable', 'ABSENT', 0],
	['store', 'mayStillSend', 'lost', 'database_unavailable', 'ABSENT', 0],
	['store', 'mayStillSend', 'unreported', 'database_unavailable', 'ABSENT', 0],
	['upstream', 'call', 'lost', 'outcome_unknown', 'INDETERMINATE', 0],
	['upstream', 'call', 'unreported', 'outcome_unknown', 'CONFIRMED', 1],
	['store', 'settle', 'lost', 'ok', 'CONFIRMED', 1],
	['store', 'settle', 'unreported', 'outcome_unknown', 'CONFIRMED', 1],
	['store', 'settle', 'lost for good', 'outcome_unknown', 'CONFIRMED', 1],
];

describe('[once, one-row, unknown-not-failed] a fault at each await of execute', () => {
	it.each(table)('%s.%s %s → %s, ends %s with %i issue(s)', async (port, method, mode, answer, state, issues) => {
		const { gateway } = test.portal;
		const title = `${port}.${method} ${mode}`;
		const request = { provider: 'github', tool: 'issue_write', args: issue(title) };
		const proposal = await propose(gateway, caller, bytes(request));
		if (!proposal.ok) throw new Error(proposal.error.detail);
		const { argsSha } = proposal.value;
		const body = bytes({ ...request, argsSha });

		const told = await execute(breaking(gateway, port, method, mode), caller, body).then(
			(result) => (result.ok ? 'ok' : result.error.code),
			() => 'no answer',
		);
		expect(told).toBe(answer);

		// The portal starts again, and the first looks come due.
		await passTime(test.portal.database.query, 5_000);
		await reconcile(gateway, { everything: true });

		const written = test.sandbox.github.state.issues('acme', 'payments-api').filter((each) => each.title === title);
		expect(written).toHaveLength(issues);
		const execution = await latestExecution(gateway.store, caller.tenant.id, argsSha);
		expect(execution?.state ?? null).toBe(state);

		const rows = await attemptRows(gateway, argsSha);
		expect(rows).toHaveLength(answer === 'no answer' ? 0 : 1);
		if (execution !== null) expect(execution.auditSeq).toBe(rows[0]?.seq);
		expect((await verifyChain(gateway, caller.tenant.id)).ok).toBe(true);

		// Whatever happened, the same bytes again never make a second issue.
		await execute(gateway, caller, body);
		const after = test.sandbox.github.state.issues('acme', 'payments-api').filter((each) => each.title === title);
		expect(after.length).toBe(state === 'INDETERMINATE' ? 0 : 1);
	});
});

describe('[one-row] a fault while a refusal or a replay is being recorded', () => {
	const ends: [what: string, mode: Mode, rows: number][] = [
		['lost', 'lost', 0],
		['written, but reported as failed', 'unreported', 1],
	];

	it.each(ends)('a refusal whose row was %s gives no answer, and sends nothing', async (_what, mode, rows) => {
		const { gateway } = test.portal;
		const request = { provider: 'github', tool: 'issue_write', args: issue(`refusal ${mode}`) };
		const proposal = await propose(gateway, caller, bytes(request));
		if (!proposal.ok) throw new Error(proposal.error.detail);
		const writes = test.sandbox.github.state.writes();

		const tampered = bytes({ ...request, argsSha: '0'.repeat(64) });
		await expect(execute(breaking(gateway, 'store', 'append', mode), caller, tampered)).rejects.toThrow('injected');
		expect(test.sandbox.github.state.writes()).toBe(writes);
		expect(await attemptRows(gateway, proposal.value.argsSha)).toHaveLength(rows);
		expect((await verifyChain(gateway, caller.tenant.id)).ok).toBe(true);
	});

	it.each(ends)('a replay whose row was %s gives no answer, and writes no second issue', async (_what, mode, rows) => {
		const { gateway } = test.portal;
		const request = { provider: 'github', tool: 'issue_write', args: issue(`replay ${mode}`) };
		const proposal = await propose(gateway, caller, bytes(request));
		if (!proposal.ok) throw new Error(proposal.error.detail);
		const body = bytes({ ...request, argsSha: proposal.value.argsSha });
		expect((await execute(gateway, caller, body)).ok).toBe(true);
		const writes = test.sandbox.github.state.writes();

		await expect(execute(breaking(gateway, 'store', 'append', mode), caller, body)).rejects.toThrow('injected');
		expect(test.sandbox.github.state.writes()).toBe(writes);
		expect(await attemptRows(gateway, proposal.value.argsSha)).toHaveLength(1 + rows);
	});
});

function bytes(value: unknown): Uint8Array {
	return new TextEncoder().encode(JSON.stringify(value));
}

async function attemptRows(deps: Deps, argsSha: string): Promise<{ seq: number; code?: string }[]> {
	const head = await deps.store.head(caller.tenant.id);
	const rows: { seq: number; argsSha?: string; action: string }[] = [];
	for await (const batch of deps.store.scan(caller.tenant.id, head.size)) {
		rows.push(...batch.map(({ entry }) => JSON.parse(entry)));
	}
	return rows.filter((row) => row.argsSha === argsSha && row.action.startsWith('mcp.tool.'));
}
