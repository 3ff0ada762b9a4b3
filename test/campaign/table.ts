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

/** Points by modes: how many runs, and of how many something was wrong. Then what was wrong, by kind. */
export function table(tallies: readonly Tally[], modes: readonly Mode[]): string {
	const width = Math.max(...POINTS.map((point) => point.length)) + 2;
	const cell = (text: string) => text.padStart(14);
	const of = (mode: Mode, point?: string) =>
		tallies.filter(({ plan }) => plan.mode === mode && (point === undefined || plan.point === point));
	const line = (title: string, cells: readonly string[]) => `${title.padEnd(width)}${cells.map(cell).join('')}`;
	const counted = (some: readonly Tally[]) => {
		const wrong = some.filter(isWrong).length;
		return wrong === 0 ? String(some.length) : `${some.length} (${wrong} ✗)`;
	};
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
				modes.map((mode) => String(runsWith(of(mode), kinds))),
			),
		),
		line(
			'runs that broke',
			modes.map((mode) => String(of(mode).filter(({ broken }) => broken !== undefined).length)),
		),
	].join('\n');
}

export function isWrong({ violations, broken }: Pick<Tally, 'violations' | 'broken'>): boolean {
	return violations.length > 0 || broken !== undefined;
}

function runsWith(tallies: readonly Tally[], kinds: readonly Violation['kind'][]): number {
	return tallies.filter(({ violations }) => violations.some(({ kind }) => kinds.includes(kind))).length;
}
