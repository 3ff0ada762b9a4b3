import { describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Execution } from '#gateway/ports/executions';
import { createLooker } from '#gateway/reconcile-looks';

const NOTHING = { afterSha: null, unknownSince: null, nextCheckAt: null, cleanLooks: 0 };

/** Only what a look touches: executions that are due, of these tenants, and a provider that answers when it is let. */
function portalOf(tenants: readonly string[], whoAmI: (until: AbortSignal | undefined) => Promise<void>) {
	const due = tenants.map((tenantId, i) => ({ id: String(i), tenantId, provider: 'github', claimedUrl: null }));
	const under = new Map<string, number>();
	const most = { all: 0, ofOne: 0 };
	let postponed = 0;
	const deps = {
		store: {
			claimLook: async (_ms: number, except: readonly string[] = []) => {
				const at = due.findIndex(({ tenantId }) => !except.includes(tenantId));
				return at < 0 ? null : ({ ...due.splice(at, 1)[0], ...NOTHING } as unknown as Execution);
			},
			credential: async (tenantId: string) => ({ id: tenantId, sealed: tenantId }),
			postpone: async () => {
				postponed++;
			},
		},
		vault: { open: async (secret: string) => ({ ok: true, value: secret }) },
		upstream: {
			configured: () => true,
			checkTools: async () => {},
			whoAmI: async (_provider: string, tenantId: string, until?: AbortSignal) => {
				under.set(tenantId, (under.get(tenantId) ?? 0) + 1);
				most.ofOne = Math.max(most.ofOne, ...under.values());
				most.all = Math.max(
					most.all,
					[...under.values()].reduce((a, b) => a + b),
				);
				await whoAmI(until);
				under.set(tenantId, (under.get(tenantId) ?? 0) - 1);
				return { ok: false, error: { kind: 'unreachable', why: 'no' } };
			},
		},
		log: { error: ({ err }: { err: Error }) => console.error(err) },
	} as unknown as Deps;
	return { deps, most, under, postponed: () => postponed };
}

describe('looks at slow servers', () => {
	it('[looks-fenced] no more than four are under way in one process, two of one tenant, and all have their turn', async () => {
		const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
		const portal = portalOf(['a', 'a', 'a', 'a', 'b', 'a', 'b', 'b', 'c', 'c', 'c'], turn);
		const looker = createLooker(portal.deps, { random: () => 0 });
		await Promise.all([looker.begin(), looker.begin(), looker.begin()]);
		expect(portal.most).toEqual({ all: 4, ofOne: 2 });
		expect(portal.postponed()).toBe(11);
	});

	it('[looks-fenced] a tenant with a slow server leaves the others theirs', async () => {
		let open = () => {};
		const opened = new Promise<void>((resolve) => {
			open = resolve;
		});
		let waiting = 0;
		const portal = portalOf(['slow', 'slow', 'slow', 'slow', 'slow', 'fine', 'fine', 'fine'], () =>
			++waiting <= 2 ? opened : Promise.resolve(),
		);
		const pass = createLooker(portal.deps, { random: () => 0 }).begin();
		await expect.poll(portal.postponed).toBe(3);
		open();
		await pass;
		expect(portal.postponed()).toBe(8);
	});

	it('a look that is given up tells the reading to end', async () => {
		let told = 0;
		const portal = portalOf(
			['a'],
			(until) =>
				new Promise((resolve) => {
					until?.addEventListener('abort', () => {
						told++;
						resolve();
					});
				}),
		);
		await createLooker(portal.deps, { random: () => 0, lookMs: 20 }).begin();
		expect([told, portal.postponed()]).toEqual([1, 1]);
	});
});
