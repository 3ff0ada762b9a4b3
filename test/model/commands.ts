import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { Deps } from '#gateway/deps';
import { createLooker } from '#gateway/reconcile-looks';
import { takeOverOrphans } from '#gateway/reconcile-takeover';
import { resolve } from '#gateway/resolve';
import { setDispatch, setTenantFlag } from '#gateway/switches';
import { setTargets } from '#gateway/targets';
import type { Point } from './generation.ts';
import type { Real } from './real.ts';
import {
	beginsAnew,
	checkVerdict,
	expectedOf,
	type Item,
	isBlocked,
	LIES,
	type Lie,
	move,
	type Reference,
	settleAs,
	shut,
	textOf,
} from './reference.ts';

const ITEMS = 10;
const MINUTE = 60_000;
/** After so much time every look has come due, whatever its lease. */
const ALL_LOOKS = 20 * MINUTE;

type Command = fc.AsyncCommand<Reference, Real>;

/** A command whose step is followed by all checks. */
function step(
	name: string,
	can: (reference: Reference) => boolean,
	run: (reference: Reference, real: Real) => Promise<void>,
): Command {
	return {
		check: can,
		run: async (reference, real) => {
			const isOff = shut(reference) !== null;
			const before = real.sent();
			await run(reference, real);
			real.truth();
			// What was shut when the step began and is shut when it ends was shut throughout.
			if (isOff && shut(reference) !== null) assert.equal(real.sent(), before, 'nothing is sent while it is shut');
			reference.present = real.present();
			await real.check(reference);
		},
		toString: () => name,
	};
}

function itemOf(reference: Reference, at: number): Item {
	const item = reference.items[at];
	if (item === undefined) throw new Error(`there is no number ${at}`);
	return item;
}

const always = () => true;

/** Everything is approved as it stands at the beginning. */
export async function approveAll(reference: Reference, real: Real): Promise<void> {
	for (const [at, item] of reference.items.entries()) {
		assert.equal(await real.approve(at), 'ok');
		item.before = reference.present;
	}
}

function propose(at: number): Command {
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

function execute(at: number, lie: Lie): Command {
	return step(`execute ${at} (${lie})`, always, async (reference, real) => {
		const item = itemOf(reference, at);
		const expected = expectedOf(reference, item, lie);
		real.lie(at, lie);
		assert.equal(await real.execute(at), expected.code);
		settleAs(item, expected);
	});
}

/** Of two at once one writes; the other is told what it finds. */
function twice(at: number, lie: Lie): Command {
	return step(`execute ${at} twice at once (${lie})`, always, async (reference, real) => {
		const item = itemOf(reference, at);
		const first = expectedOf(reference, item, lie);
		const isNew = beginsAnew(reference, item);
		real.lie(at, lie);
		const codes = await Promise.all([real.execute(at), real.execute(at)]);
		settleAs(item, first);
		const other = codes[0] === first.code ? codes[1] : codes[0];
		assert(codes.includes(first.code), `one of ${codes} is ${first.code}`);
		if (!isNew) return settleAs(item, { ...first, writes: 0 });
		// Where the first has ended as if it had never been, the other may have begun another one: by then nobody lies.
		const canBeginAgain = item.state === 'REJECTED' || item.state === 'ABSENT';
		const allowed = ['execution_in_progress', expectedOf({ ...reference, present: real.present() }, item, 'none').code];
		if (other === 'execution_in_progress' || !canBeginAgain) {
			assert(allowed.includes(other as never), `the other is told ${other}`);
			item.rows++;
			return;
		}
		assert(allowed.includes(other as never), `the other is told ${other}`);
		settleAs(item, expectedOf(reference, item, 'none'));
	});
}

/** Other bytes under the approval of these: refused, whatever their state. */
function tamper(at: number): Command {
	return step(`execute ${at} with other bytes`, always, async (reference, real) => {
		const before = real.sent();
		assert.equal(await real.tamper(at), shut(reference) ?? 'args_sha_mismatch');
		assert.equal(real.sent(), before);
	});
}

const CRASHES = [
	'before latestExecution',
	'before reserve',
	'after reserve',
	'after mayStillSend',
	'before call',
	'after call',
	'before settle',
	'after settle',
	'before append',
	'after append',
] as const satisfies readonly Point[];

const BEFORE_ALL: readonly Point[] = ['before latestExecution', 'before reserve', 'before append'];
const BEFORE_SENDING: readonly Point[] = ['after reserve', 'after mayStillSend', 'before call'];

/** What a death there leaves once the next process has taken over. */
function afterDeath(reference: Reference, item: Item, lie: Lie, point: Point): void {
	if (BEFORE_ALL.includes(point) || (point === 'after reserve' && isBlocked(reference, item))) return;
	const expected = expectedOf(reference, item, lie);
	if (point === 'after settle' || point === 'after append') settleAs(item, expected);
	else {
		const writes = BEFORE_SENDING.includes(point) ? 0 : expected.writes;
		settleAs(item, { code: 'outcome_unknown', state: 'INDETERMINATE', writes });
	}
}

function crash(at: number, lie: Lie, point: (typeof CRASHES)[number]): Command {
	return step(`execute ${at} (${lie}), killed ${point}`, always, async (reference, real) => {
		const item = itemOf(reference, at);
		const generation = real.generation();
		real.lie(at, lie);
		generation.at(point, async () => generation.die());
		const code = await real.execute(at);
		generation.disarm();
		if (code !== null) {
			// It never came there.
			assert.equal(generation.met(), false);
			const expected = expectedOf(reference, item, lie);
			assert.equal(code, expected.code);
			return settleAs(item, expected);
		}
		real.truth();
		reference.present = item.creates === 'labels' && beginsAnew(reference, item) ? reference.present : real.present();
		afterDeath(reference, item, lie, point);
		await real.begin({ takeOver: true });
	});
}

const SWITCHES = ['gateway', 'dispatch'] as const;
type Switch = (typeof SWITCHES)[number];

async function set(reference: Reference, real: Real, which: Switch, enabled: boolean): Promise<void> {
	const { deps } = real.generation();
	const change = { enabled, reason: 'a test' };
	const done =
		which === 'gateway'
			? await setTenantFlag(deps, real.caller, 'mcp.gateway', change)
			: await setDispatch(deps, real.caller, change);
	assert(done.ok);
	reference[which] = enabled;
}

function flip(which: Switch, enabled: boolean): Command {
	return step(
		`${which} ${enabled ? 'on' : 'off'}`,
		() => true,
		(reference, real) => set(reference, real, which, enabled),
	);
}

const THROWS = [
	'after latestExecution',
	'before reserve',
	'after reserve',
	'before mayStillSend',
] as const satisfies readonly Point[];

/** Thrown between check and call: by then it is not sent. */
function thrown(at: number, which: Switch, point: (typeof THROWS)[number]): Command {
	return step(
		`execute ${at}, ${which} off ${point}`,
		(reference) => shut(reference) === null,
		async (reference, real) => {
			const item = itemOf(reference, at);
			const isNew = beginsAnew(reference, item);
			const isOpen = isBlocked(reference, item);
			const otherwise = expectedOf(reference, item, 'none');
			const code = which === 'gateway' ? 'feature-disabled' : 'agent_dispatch_disabled';
			const generation = real.generation();
			let sentBefore = real.sent();
			generation.at(point, async () => {
				await set(reference, real, which, false);
				sentBefore = real.sent();
			});
			const told = await real.execute(at);
			generation.disarm();
			if (!isNew) {
				// The reservation refuses for both reasons, and the switch is the one that it names.
				const named = isOpen && generation.met() && point !== 'after reserve' ? code : otherwise.code;
				assert.equal(told, named);
				return settleAs(item, { ...otherwise, code: named });
			}
			assert.equal(real.sent(), sentBefore, 'nothing is sent once it is off');
			if (otherwise.code === 'target_changed' && told === 'target_changed') return settleAs(item, otherwise);
			assert.equal(told, code);
			const reserves = point === 'after reserve' || point === 'before mayStillSend';
			settleAs(item, { code, state: reserves ? 'ABSENT' : item.state, writes: 0 });
		},
	);
}

const PAUSES = ['after reserve', 'before call', 'after call'] as const satisfies readonly Point[];

/** Longer than its lease, while another process takes over what it holds: then it decides nothing any more. */
function pause(at: number, point: (typeof PAUSES)[number]): Command {
	return step(`execute ${at}, paused ${point}`, always, async (reference, real) => {
		const item = itemOf(reference, at);
		const expected = expectedOf(reference, item, 'none');
		const isOpen = isBlocked(reference, item);
		const paused = real.generation();
		let resume = (): void => {};
		const stopped = new Promise<'paused'>((stop) => {
			paused.at(point, () => {
				stop('paused');
				return new Promise<void>((go) => {
					resume = go;
				});
			});
		});
		const answer = real.execute(at, paused);
		if ((await Promise.race([answer, stopped])) !== 'paused') {
			paused.disarm();
			assert.equal(await answer, expected.code);
			return settleAs(item, expected);
		}
		await real.begin({ takeOver: false });
		await real.pass(2 * MINUTE);
		await takeOverOrphans(real.generation().deps, { everything: false });
		for (const each of reference.items) if (each.state === 'INDETERMINATE') each.passed += 2 * MINUTE;
		const before = real.sent();
		resume();
		if (isOpen) {
			assert.equal(await answer, expected.code);
			return settleAs(item, expected);
		}
		assert.equal(await answer, 'outcome_unknown');
		assert.equal(real.sent(), before, 'it sends nothing when it wakes');
		settleAs(item, {
			code: 'outcome_unknown',
			state: 'INDETERMINATE',
			writes: point === 'after call' ? expected.writes : 0,
		});
	});
}

const LOOK_DEATHS = [
	'after claimLook',
	'after whoAmI',
	'before settle',
	'after settle',
	'before postpone',
	'after postpone',
] as const satisfies readonly Point[];
type Reading = 'well' | 'broken' | (typeof LOOK_DEATHS)[number];

/** Time passes, and what has come due is looked for. */
function time(ms: number, reading: Reading): Command {
	return step(
		`${ms / 1_000} s pass, reads: ${reading}`,
		() => true,
		async (reference, real) => {
			const open = reference.items.filter(({ state }) => state === 'INDETERMINATE');
			for (const item of open) {
				item.passed += ms;
				if (reading === 'broken') item.couldRead = false;
			}
			await real.pass(ms);
			const generation = real.generation();
			if (reading === 'broken') real.breakReads();
			else if (reading !== 'well') generation.at(reading, async () => generation.die());
			const end = await Promise.race([looked(generation.deps), generation.dead]);
			generation.disarm();
			if (end === 'dead') await real.begin({ takeOver: true });
			real.truth();
			for (const [at, item] of reference.items.entries()) {
				if (item.state !== 'INDETERMINATE') continue;
				const state = (await real.executionOf(at))?.state ?? 'ABSENT';
				assert.notEqual(state, 'RESERVED');
				checkVerdict(reference, item, state as Item['state']);
				const isOver = ms === ALL_LOOKS && end !== 'dead';
				if (isOver) assert.notEqual(state, 'INDETERMINATE', 'after the last look there is a verdict');
				if (isOver && reading === 'well' && item.creates !== 'labels' && item.wrote > 0)
					assert.equal(state, 'CONFIRMED');
				move(item, state as Item['state']);
			}
		},
	);
}

const LOOK_PAUSES = [
	'after claimLook',
	'after whoAmI',
	'before settle',
	'before postpone',
] as const satisfies readonly Point[];

/** A process stops in the middle of a look, another one looks to the end, and the first one wakes. */
function pauseLook(point: (typeof LOOK_PAUSES)[number]): Command {
	return step(
		`a look is paused ${point}`,
		(reference) => reference.items.some(({ state }) => state === 'INDETERMINATE'),
		async (reference, real) => {
			for (const item of reference.items) if (item.state === 'INDETERMINATE') item.passed += 2 * ALL_LOOKS;
			await real.pass(ALL_LOOKS);
			const paused = real.generation();
			let resume = (): void => {};
			const stopped = new Promise<'paused'>((stop) => {
				paused.at(point, () => {
					stop('paused');
					return new Promise<void>((go) => {
						resume = go;
					});
				});
			});
			const looking = looked(paused.deps);
			await Promise.race([looking, stopped]);
			paused.disarm();
			await real.begin({ takeOver: false });
			await real.pass(ALL_LOOKS);
			await looked(real.generation().deps);
			const verdicts = await Promise.all(reference.items.map((_, at) => real.executionOf(at)));
			resume();
			await looking;
			for (const [at, item] of reference.items.entries()) {
				if (item.state !== 'INDETERMINATE') continue;
				const state = verdicts[at]?.state as Item['state'];
				assert.notEqual(state, 'INDETERMINATE', 'after the last look there is a verdict');
				checkVerdict(reference, item, state);
				move(item, state);
			}
		},
	);
}

function looked(deps: Deps): Promise<void> {
	return createLooker(deps, { random: () => 0, atOnce: 1 }).begin();
}

function settle(at: number, said: 'it happened' | 'it did not'): Command {
	return step(
		`an ADMIN says of ${at}: ${said}`,
		(reference) => {
			const item = itemOf(reference, at);
			// A person who says “it did not” of a set that was written, and changed since, is wrong, and nobody can tell.
			const cannotTell = said === 'it did not' && item.creates === 'labels' && item.wrote > 0;
			return item.state !== 'none' && !cannotTell;
		},
		async (reference, real) => {
			const item = itemOf(reference, at);
			const execution = await real.executionOf(at);
			assert(execution !== null);
			const told = await resolve(real.generation().deps, real.caller, execution.id, {
				happened: said === 'it happened',
				reason: 'A person has looked.',
				...(said === 'it happened' ? { url: real.artifactUrl(at) } : {}),
			});
			const isThere = item.creates === 'labels' ? reference.present === textOf(item.set) : item.wrote > 0;
			const code = told.ok ? 'ok' : told.error.code;
			if (item.state !== 'NEEDS_HUMAN') {
				assert.equal(code, item.state === 'INDETERMINATE' ? 'execution_unresolved' : 'execution_settled');
			} else if (isThere === (said === 'it happened')) {
				assert.equal(code, 'ok');
				move(item, isThere ? 'CONFIRMED' : 'ABSENT');
			} else assert.equal(code, 'artifact_not_verified');
		},
	);
}

function narrow(narrowed: boolean): Command {
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
function relabel(labels: readonly string[]): Command {
	return step(
		`a person labels the issue: ${textOf(labels)}`,
		() => true,
		async (_reference, real) => real.relabel(labels),
	);
}

const at = fc.nat({ max: ITEMS - 1 });
const lie = fc.constantFrom(...LIES);

/** All that can happen, what moves most the more often; a failure shrinks towards what stands in front. */
export function anything(): fc.Arbitrary<Command>[] {
	const ms = fc.constantFrom(3_000, MINUTE, 6 * MINUTE, ALL_LOOKS, ALL_LOOKS);
	const mostly = fc.constantFrom(true, true, true, false);
	const often = <T>(times: number, one: T): T[] => Array.from({ length: times }, () => one);
	return [
		...often(
			5,
			fc.tuple(at, lie).map((given) => execute(...given)),
		),
		...often(
			4,
			fc.tuple(at, lie, fc.constantFrom(...CRASHES)).map((given) => crash(...given)),
		),
		...often(
			4,
			fc
				.tuple(ms, fc.constantFrom<Reading>('well', 'well', 'well', 'broken', 'broken', ...LOOK_DEATHS))
				.map((given) => time(...given)),
		),
		...often(2, at.map(propose)),
		...often(
			2,
			fc.tuple(at, lie).map((given) => twice(...given)),
		),
		...often(
			2,
			fc.tuple(at, fc.constantFrom(...SWITCHES), fc.constantFrom(...THROWS)).map((given) => thrown(...given)),
		),
		...often(
			2,
			fc.tuple(at, fc.constantFrom(...PAUSES)).map((given) => pause(...given)),
		),
		...often(
			3,
			fc.tuple(at, fc.constantFrom('it happened' as const, 'it did not' as const)).map((given) => settle(...given)),
		),
		...often(
			3,
			fc.tuple(fc.constantFrom(...SWITCHES), mostly).map((given) => flip(...given)),
		),
		...often(2, fc.constantFrom(...LOOK_PAUSES).map(pauseLook)),
		mostly.map((all) => narrow(!all)),
		at.map(tamper),
		fc.constantFrom<readonly string[]>([], ['triage'], ['triage', 'question']).map(relabel),
	];
}
