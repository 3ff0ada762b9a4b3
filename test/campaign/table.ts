import type { Violation } from '#test/invariants/check';
import { type Mode, type Plan, POINTS } from './plan.ts';

/** What is kept of a run. */
export interface Tally {
	readonly plan: Pick<Plan, 'number' | 'mode' | 'point'>;
	readonly violations: readonly Violation[];
	readonly broken?: string;
}

const KINDS: readonly (readonly [string, readonly Violation['kind'][]])[] = [
	['duplicates', ['duplicate']],
	['lost', ['lost']],
	['attempts without row', ['no row']],
	['chains broken', ['chain']],
	['false verdicts', ['false verdict']],
	['unapproved', ['unapproved']],
	['left over', ['left over']],
];

/** Nobody has looked: not the same as none. */
const NOT_TRIED = '–';

/** Points by modes: how many runs, and of how many something was wrong. Then what was wrong, by kind. */
export function table(tallies: readonly Tally[], modes: readonly Mode[]): string {
	const width = Math.max(...POINTS.map((point) => point.length)) + 2;
	const cell = (text: string) => text.padStart(14);
	const of = (mode: Mode, point?: string) =>
		tallies.filter(({ plan }) => plan.mode === mode && (point === undefined || plan.point === point));
	const line = (title: string, cells: readonly string[]) => `${title.padEnd(width)}${cells.map(cell).join('')}`;
	const counted = (some: readonly Tally[]) => {
		const wrong = some.filter(isWrong).length;
		if (some.length === 0) return NOT_TRIED;
		return wrong === 0 ? String(some.length) : `${some.length} (${wrong} ✗)`;
	};
	// A run that broke was not looked through to its end.
	const found = (mode: Mode, kinds: readonly Violation['kind'][]) => {
		const ended = of(mode).filter(({ broken }) => broken === undefined);
		return ended.length === 0 ? NOT_TRIED : String(runsWith(ended, kinds));
	};
	const broke = (some: readonly Tally[]) =>
		some.length === 0 ? NOT_TRIED : String(some.filter(({ broken }) => broken !== undefined).length);
	return [
		line('killed', modes),
		...POINTS.map((point) =>
			line(
				point,
				modes.map((mode) => counted(of(mode, point))),
			),
		),
		line(
			'runs',
			modes.map((mode) => counted(of(mode))),
		),
		'',
		...KINDS.map(([title, kinds]) =>
			line(
				title,
				modes.map((mode) => found(mode, kinds)),
			),
		),
		line(
			'runs that broke',
			modes.map((mode) => broke(of(mode))),
		),
	].join('\n');
}

export function isWrong({ violations, broken }: Pick<Tally, 'violations' | 'broken'>): boolean {
	return violations.length > 0 || broken !== undefined;
}

function runsWith(tallies: readonly Tally[], kinds: readonly Violation['kind'][]): number {
	return tallies.filter(({ violations }) => violations.some(({ kind }) => kinds.includes(kind))).length;
}
