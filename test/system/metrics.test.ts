import { describe, expect, it } from 'vitest';
import { measuredStore } from '#adapters/system/measured';
import { createMetrics, type Unsettled } from '#adapters/system/metrics';
import type { EntryDraft } from '#core/audit/entry';
import type { Store } from '#gateway/ports/store';

function rig() {
	const world = { now: 1_000_000, asked: 0, unsettled: [] as Unsettled[], down: false };
	const metrics = createMetrics({
		version: '1.2.3',
		providers: ['github'],
		observed: {
			unsettled: async () => {
				world.asked++;
				if (world.down) throw new Error('injected');
				return world.unsettled;
			},
			drift: () => ({ ok: false, changed: ['issue_write'] }),
			now: () => new Date(world.now),
		},
	});
	return { world, metrics };
}

const row = (more: Partial<EntryDraft>): EntryDraft => ({
	action: 'mcp.tool.github.issue_write',
	actor: { kind: 'system' },
	ok: true,
	...more,
});

describe('metrics', () => {
	it('ask the database once in five seconds, however often they are read', async () => {
		const { world, metrics } = rig();
		await Promise.all(Array.from({ length: 50 }, () => metrics.text()));
		world.now += 4_999;
		await metrics.text();
		expect(world.asked).toBe(1);
		world.now += 1;
		await metrics.text();
		expect(world.asked).toBe(2);
	});

	it('show what is unsettled, a zero where there is none, and the age of the oldest that needs no person', async () => {
		const { world, metrics } = rig();
		world.unsettled = [
			{ state: 'NEEDS_HUMAN', count: 2, oldestSeconds: 90_000 },
			{ state: 'RESERVED', count: 1, oldestSeconds: 90 },
		];
		const text = await metrics.text();
		expect(text).toMatch(/^portal_executions\{state="NEEDS_HUMAN"\} 2$/m);
		expect(text).toMatch(/^portal_executions\{state="INDETERMINATE"\} 0$/m);
		expect(text).toMatch(/^portal_oldest_unsettled_seconds 90$/m);
		expect(text).toMatch(/^portal_upstream_up\{provider="github"\} 0$/m);
		expect(text).toMatch(/^portal_upstream_drift\{provider="github"\} 1$/m);
	});

	it('show no old figure when the database does not answer: they say that it does not', async () => {
		const { world, metrics } = rig();
		world.unsettled = [{ state: 'NEEDS_HUMAN', count: 2, oldestSeconds: 90 }];
		await metrics.text();
		world.down = true;
		world.now += 5_000;
		const text = await metrics.text();
		expect(text).toMatch(/^portal_database_up 0$/m);
		expect(text).not.toMatch(/^portal_executions\{/m);
	});

	it('count a row only once it is durable', async () => {
		const { metrics } = rig();
		const world = { fail: true, fenced: false };
		const store = measuredStore(
			{
				append: async () => {
					if (world.fail) throw new Error('injected');
					return { seq: 0, entryHash: '' };
				},
				settle: async () => (world.fenced ? null : { seq: 1, entryHash: '' }),
			} as unknown as Store,
			metrics,
		);
		await expect(store.append('log', row({}))).rejects.toThrow('injected');
		expect(await metrics.text()).not.toContain('portal_attempts_total{');
		world.fail = false;
		await store.append('log', row({ ok: false, code: 'rate_limited' }));
		await store.append('log', row({ action: 'flag.set' }));
		const verdict = (now: string, more: object) =>
			store.settle({
				entry: row({
					action: 'mcp.reconcile.github.issue_write',
					detail: { old: 'INDETERMINATE', new: now },
					...more,
				}),
			} as never);
		await verdict('CONFIRMED', { ok: true });
		await verdict('ABSENT', { ok: true });
		await verdict('NEEDS_HUMAN', { ok: false, code: 'outcome_unknown' });
		world.fenced = true;
		await store.settle({ entry: row({}) } as never);
		const counted = (await metrics.text())
			.split('\n')
			.filter((line) => /^portal_(attempts|reconcile)_total\{/.test(line));
		expect(counted).toEqual([
			'portal_attempts_total{tool="github.issue_write",code="rate_limited"} 1',
			'portal_reconcile_total{verdict="confirmed"} 1',
			'portal_reconcile_total{verdict="absent"} 1',
			'portal_reconcile_total{verdict="needs_human"} 1',
		]);
	});
});
