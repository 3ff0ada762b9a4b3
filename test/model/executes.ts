import { strict as assert } from 'node:assert';
import { takeOverOrphans } from '#gateway/reconcile-takeover';
import type { Point } from './generation.ts';
import { beginsAnew, expectedOf, type Item, isBlocked, type Lie, type Reference, settleAs, shut } from './reference.ts';
import { type Switch, set } from './settings.ts';
import { always, type Command, itemOf, MINUTE, step } from './step.ts';

export function execute(at: number, lie: Lie): Command {
	return step(`execute ${at} (${lie})`, always, async (reference, real) => {
		const item = itemOf(reference, at);
		const expected = expectedOf(reference, item, lie);
		real.lie(at, lie);
		assert.equal(await real.execute(at), expected.code);
		settleAs(item, expected);
	});
}

/** Of two at once one writes; the other is told what it finds. */
export function twice(at: number, lie: Lie): Command {
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
export function tamper(at: number): Command {
	return step(`execute ${at} with other bytes`, always, async (reference, real) => {
		const before = real.sent();
		assert.equal(await real.tamper(at), shut(reference) ?? 'args_sha_mismatch');
		assert.equal(real.sent(), before);
	});
}

export const CRASHES = [
	'before executeFacts',
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

const BEFORE_ALL: readonly Point[] = ['before executeFacts', 'before reserve', 'before append'];
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

export function crash(at: number, lie: Lie, point: (typeof CRASHES)[number]): Command {
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

export const THROWS = [
	'after executeFacts',
	'before reserve',
	'after reserve',
	'before mayStillSend',
] as const satisfies readonly Point[];

/** Thrown between check and call: by then it is not sent. */
export function thrown(at: number, which: Switch, point: (typeof THROWS)[number]): Command {
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

export const PAUSES = ['after reserve', 'before call', 'after call'] as const satisfies readonly Point[];

/** Longer than its lease, while another process takes over what it holds: then it decides nothing any more. */
export function pause(at: number, point: (typeof PAUSES)[number]): Command {
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
