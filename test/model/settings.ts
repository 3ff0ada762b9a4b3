import { strict as assert } from 'node:assert';
import { setDispatch, setTenantFlag } from '#gateway/switches';
import { setTargets } from '#gateway/targets';
import type { Real } from './real.ts';
import { type Reference, shut, textOf } from './reference.ts';
import { type Command, itemOf, step } from './step.ts';

/** Everything is approved as it stands at the beginning. */
export async function approveAll(reference: Reference, real: Real): Promise<void> {
	for (const [at, item] of reference.items.entries()) {
		assert.equal(await real.approve(at), 'ok');
		item.before = reference.present;
	}
}

export function propose(at: number): Command {
	return step(
		`propose ${at}`,
		() => true,
		async (reference, real) => {
			const item = itemOf(reference, at);
			const stands = item.creates === 'labels' && reference.present === textOf(item.set);
			const expected = shut(reference) ?? (stands ? 'invalid_args' : 'ok');
			assert.equal(await real.approve(at), expected);
			if (expected !== 'ok') return;
			item.before = reference.present;
		},
	);
}

export const SWITCHES = ['gateway', 'dispatch'] as const;
export type Switch = (typeof SWITCHES)[number];

export async function set(reference: Reference, real: Real, which: Switch, enabled: boolean): Promise<void> {
	const { deps } = real.generation();
	const change = { enabled, reason: 'a test' };
	const done =
		which === 'gateway'
			? await setTenantFlag(deps, real.caller, 'mcp.gateway', change)
			: await setDispatch(deps, real.caller, change);
	assert(done.ok);
	reference[which] = enabled;
}

export function flip(which: Switch, enabled: boolean): Command {
	return step(
		`${which} ${enabled ? 'on' : 'off'}`,
		() => true,
		(reference, real) => set(reference, real, which, enabled),
	);
}

export function narrow(narrowed: boolean): Command {
	return step(
		narrowed ? 'targets: another repository alone' : 'targets: all',
		() => true,
		async (reference, real) => {
			const allow = narrowed ? ['acme/another'] : [];
			assert((await setTargets(real.generation().deps, real.caller, { allow })).ok);
			reference.narrowed = narrowed;
		},
	);
}

/** Never a set that somebody may have approved: nobody could tell whose it is. */
export function relabel(labels: readonly string[]): Command {
	return step(
		`a person labels the issue: ${textOf(labels)}`,
		() => true,
		async (_reference, real) => real.relabel(labels),
	);
}
