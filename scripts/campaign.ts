/**
 * npm run campaign [-- OPTIONS]: kills real portal processes at every point of an execute's path and counts what must not
 * be (docs/verification.md). USAGE has the options and the exit codes.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { campaign, type Outcome } from '#test/campaign/campaign';
import { makeGround } from '#test/campaign/ground';
import { MODES, POINTS } from '#test/campaign/plan';
import { freshProgress, isDone, noted, type Progress, readProgress, report, tallies } from '#test/campaign/progress';
import { isWrong, type Tally, table } from '#test/campaign/table';

const ECHO_MS = 500;
const EACH_POINT_ONCE = POINTS.length * MODES.length;

const USAGE = `npm run campaign [-- OPTIONS]

Kills real portal processes at every point of an execute's path and counts what must not be: docs/verification.md.

  --runs N       how many (1000). ${EACH_POINT_ONCE} reach each point in each mode once
  --seed S       what the runs are drawn from (by chance)
  --modes A,B    of ${MODES.join(', ')} (all)
  --lanes N      how many at once (3)
  --only N       run N of a seed alone: give --seed too
  --state FILE   where it notes what is done (data/campaign.json)
  --help

Ctrl-C ends it with the runs that are under way, a second one at once. The same command goes on, and makes the runs again
that broke. Exit code: 0 nothing was wrong, 1 something was, or a run broke and has not been made again, 2 it cannot be
run so, 130 ended by Ctrl-C.`;

const values = options();
if (values.help) {
	console.log(USAGE);
	process.exit(0);
}
const runs = whole('--runs', values.runs);
const lanes = Math.max(1, whole('--lanes', values.lanes));
const modes = values.modes.split(',').map((name) => {
	const mode = MODES.find((each) => each === name);
	return mode ?? fail(`--modes takes ${MODES.join(', ')}, not ${JSON.stringify(name)}.`);
});
const only = values.only === undefined ? null : whole('--only', values.only);
const seed = values.seed === undefined ? null : whole('--seed', values.seed);
if (only !== null && seed === null) fail('--only repeats one run of a seed: give --seed too.');

let state = only === null ? begun() : fresh(seed ?? 0);
const left = (only === null ? Array.from({ length: runs }, (_, i) => i) : [only]).filter(
	(number) => !isDone(state, number),
);
const again = `--seed ${state.seed}${modes.length === MODES.length ? '' : ` --modes ${modes.join(',')}`}`;
const inAll = only === null ? runs : 1;
console.log(`Campaign of seed ${state.seed}: ${left.length} of ${inAll} runs to go.`);
const eachPointOnce = POINTS.length * modes.length;
if (only === null && runs < eachPointOnce)
	console.log(`So few do not reach every point: ${eachPointOnce} reach each once in each mode.`);

let isOver = false;
let heardAt = Number.NEGATIVE_INFINITY;
process.on('SIGINT', () => {
	// One Ctrl-C arrives twice: from the terminal, and from npm, which passes it on.
	const isEcho = performance.now() - heardAt < ECHO_MS;
	heardAt = performance.now();
	if (isEcho) return;
	if (isOver) process.exit(130);
	isOver = true;
	console.log('Ends with the runs that are under way. Ctrl-C again: at once.');
});
// Portals are in process groups of their own: the end of this process has to be told to them.
process.on('SIGTERM', () => process.exit(143));
process.on('SIGHUP', () => process.exit(129));

const ground = await makeGround().catch((cause) => {
	// The compiler does not survive it.
	if (isOver) process.exit(130);
	throw cause;
});
if (ground.postgres === null && modes.some((mode) => mode !== 'pglite')) {
	await ground.close();
	fail('No PostgreSQL under /usr/lib/postgresql (Debian: apt-get install postgresql). Without it: --modes pglite');
}
const secondsBefore = state.seconds;
const began = performance.now();
try {
	await campaign(ground, { seed: state.seed, numbers: left, modes, lanes, onOutcome: note, isOver: () => isOver });
} finally {
	await ground.close();
}
const { wrong, mended } = report(state);
const all = tallies(state);
console.log(`\n${table(all, modes)}\n`);
const made = all.length < inAll ? `${all.length} of ${inAll} runs` : `${all.length} runs`;
console.log(`${made}, ${wrong.length} wrong, ${Math.round(state.seconds)} s. Seed ${state.seed}.`);
if (isOver && all.length < inAll) console.log('The same command goes on.');
if (mended.length > 0)
	console.log(`Broke at first, and went to their end when they were made again: ${mended.join(', ')}.`);
for (const { plan } of wrong) console.log(`  again: npm run campaign -- ${again} --only ${plan.number}`);
process.exit(wrong.length > 0 ? 1 : isOver ? 130 : 0);

function note({ plan, violations, broken, output, ms }: Outcome): void {
	const tally: Tally = { plan, violations, ...(broken === undefined ? {} : { broken }) };
	state = { ...noted(state, tally), seconds: secondsBefore + (performance.now() - began) / 1000 };
	if (only === null) save();
	const isBad = isWrong(tally);
	if (only !== null || isBad) console.log(JSON.stringify(plan));
	for (const { kind, what } of violations) console.log(`  ${kind.toUpperCase()}: ${what}`);
	if (broken !== undefined) console.log(`  BROKE: ${broken}`);
	if (isBad) console.log(`  again: npm run campaign -- ${again} --only ${plan.number}\n${output ?? ''}`);
	const { length } = state.done;
	if (length % 20 === 0) console.log(`${length} runs, ${Math.round(state.seconds)} s; the last took ${ms} ms`);
}

/** The campaign that was interrupted, when it is the one that is asked for; else a new one. */
function begun(): Progress {
	const saved = existsSync(values.state) ? readProgress(readFileSync(values.state, 'utf8')) : null;
	const isSame =
		saved !== null &&
		(seed === null ? saved.done.length < saved.runs : saved.seed === seed) &&
		saved.modes.join() === modes.join();
	return isSame ? { ...saved, runs } : fresh(seed ?? Date.now() % 1_000_000);
}

function fresh(of: number): Progress {
	return freshProgress({ seed: of, modes, runs });
}

function save(): void {
	mkdirSync(dirname(values.state), { recursive: true });
	writeFileSync(`${values.state}.tmp`, JSON.stringify(state));
	renameSync(`${values.state}.tmp`, values.state);
}

function options() {
	try {
		return parseArgs({
			options: {
				runs: { type: 'string', default: '1000' },
				seed: { type: 'string' },
				modes: { type: 'string', default: MODES.join(',') },
				lanes: { type: 'string', default: '3' },
				only: { type: 'string' },
				state: { type: 'string', default: join(process.env.PORTAL_DATA_DIR ?? 'data', 'campaign.json') },
				help: { type: 'boolean', default: false },
			},
		}).values;
	} catch (cause) {
		// Node's second sentence is about arguments that this program has none of.
		const [what] = (cause instanceof Error ? cause.message : String(cause)).split(/\.?\s*\n|\. /);
		return fail(`${what}. The options: npm run campaign -- --help`);
	}
}

function whole(name: string, text: string): number {
	return /^\d{1,9}$/.test(text) ? Number(text) : fail(`${name} takes a whole number, not ${JSON.stringify(text)}.`);
}

function fail(message: string): never {
	console.error(message);
	process.exit(2);
}
