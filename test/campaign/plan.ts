/** Where a portal dies. The names are what the table shows. */
export const POINTS = [
	'before the reservation',
	'reservation under way',
	'after the reservation',
	'connected',
	'request sent',
	'written, not answered',
	'before the outcome',
	'outcome under way',
	'after the outcome',
	'look claimed',
	'look reads',
	'before the verdict',
	'after the verdict',
	'before the take-over',
	'after the take-over',
] as const;
export type Point = (typeof POINTS)[number];

export const MODES = ['pglite', 'postgres', 'postgres-3'] as const;
export type Mode = (typeof MODES)[number];

export const WRITES = ['issue', 'comment', 'labels'] as const;
export type Write = (typeof WRITES)[number];

/** Everything that a run does, decided by seed and number alone: the same two give the same run. */
export interface Plan {
	readonly number: number;
	readonly mode: Mode;
	readonly point: Point;
	readonly write: Write;
	/** How many executes of the same bytes are sent at once. */
	readonly duplicates: number;
	/** Where the write is when the portal dies or its answer is lost, at the points where that is open. */
	readonly lands: 'never' | 'late' | 'before';
	/** How long listings lack it, by the database's clock; eight minutes have been seen. */
	readonly listLagMs: number;
	readonly searchLags: boolean;
	/** Time passes in one leap, or from look to look. */
	readonly leaps: boolean;
	/** Reads that pass before the one at which it dies. */
	readonly skip: number;
	/** The handshake with the MCP server comes before the reservation, so that the write's connection is the first one. */
	readonly isWarm: boolean;
}

const LIST_LAGS = [0, 0, 5_000, 30_000, 240_000, 480_000];

/** The runs of a campaign: every point in every mode in turn, everything else by chance. */
export function planOf(seed: number, number: number, modes: readonly Mode[] = MODES): Plan {
	const random = mulberry32(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number + 1, 0x85eb_ca6b));
	const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
	return {
		number,
		mode: modes[number % modes.length] ?? 'postgres',
		point: POINTS[Math.floor(number / modes.length) % POINTS.length] ?? 'request sent',
		write: pick(['issue', 'issue', 'comment', 'comment', 'labels']),
		duplicates: pick([1, 1, 2, 4]),
		lands: pick(['never', 'late', 'before']),
		listLagMs: pick(LIST_LAGS),
		searchLags: random() < 0.5,
		leaps: random() < 0.5,
		skip: pick([0, 0, 1, 2]),
		isWarm: random() < 0.5,
	};
}

/** A small generator (public domain, Tommy Ettinger); the platform's own cannot be seeded. */
function mulberry32(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b_79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
