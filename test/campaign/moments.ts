import type { Arm } from './arm.ts';
import type { Order } from './gate.ts';
import type { Plan } from './plan.ts';

/** How a portal is made to die at a point: by itself at a statement or connection, or by the gate before the MCP server. */
export type Moment = { readonly arm: Arm } | { readonly order: Order };

/** During which part of a run a point lies. */
export type Stage = 'execute' | 'look' | 'take-over';

export function stageOf({ point }: Plan): Stage {
	if (/take-over$/.test(point)) return 'take-over';
	return /^look|verdict$/.test(point) ? 'look' : 'execute';
}

export function momentOf(plan: Plan): Moment {
	const { point, skip, lands } = plan;
	const at = (statements: Arm['statements'], when: Arm['when']): Moment => ({ arm: { statements, when, skip: 0 } });
	switch (point) {
		case 'before the reservation':
			return at(['reserve'], 'before');
		case 'reservation under way':
			return at(['reserve'], 'sent');
		case 'after the reservation':
			return at(['reserve'], 'after');
		case 'connected':
			// Cold, it is the handshake's; warm, the write's own.
			return { arm: { statements: [], when: 'before', connection: true, skip: 0 } };
		case 'request sent':
			return { order: { call: 'write', at: 'request', end: 'kill', arrives: lands !== 'never', skip: 0 } };
		case 'written, not answered':
			return { order: { call: 'write', at: 'answer', end: 'kill', skip: 0 } };
		case 'before the outcome':
		case 'before the take-over':
			return at(['settle'], 'before');
		case 'outcome under way':
			return at(['settle'], 'sent');
		case 'after the outcome':
		case 'after the take-over':
			return at(['settle'], 'after');
		case 'look claimed':
			return at(['claim-look'], 'after');
		case 'look reads':
			// A look at labels is one read; of an issue or comment: who am I, then the listing.
			return {
				order: {
					call: 'read',
					at: skip === 0 ? 'request' : 'answer',
					end: 'kill',
					skip: plan.write === 'labels' ? 0 : Math.min(skip, 1),
				},
			};
		case 'before the verdict':
			return at(['verdict', 'put-off'], 'before');
		case 'after the verdict':
			return at(['verdict', 'put-off'], 'after');
	}
}

/** What makes the outcome unknown, or leaves an orphan, so that there is something to look for or to take over. */
export function preludeOf(plan: Plan): Moment {
	const { lands } = plan;
	if (stageOf(plan) === 'take-over') {
		return lands === 'before'
			? { order: { call: 'write', at: 'answer', end: 'kill', skip: 0 } }
			: lands === 'late'
				? { order: { call: 'write', at: 'request', end: 'kill', arrives: true, skip: 0 } }
				: { arm: { statements: ['reserve'], when: 'after', skip: 0 } };
	}
	return lands === 'before'
		? { order: { call: 'write', at: 'answer', end: 'drop', skip: 0 } }
		: { order: { call: 'write', at: 'request', end: 'drop', arrives: lands === 'late', skip: 0 } };
}
