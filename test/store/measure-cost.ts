import { openDatabase } from '#adapters/store/database';
import { migrate } from '#adapters/store/migrate';
import { findPostgres, startPostgres } from '#test/support/postgres';
import { benchOver, draft, mustReserve, newOffice, reservation, settlement } from './fixture.ts';

/**
 * What reserve + settle cost, in durable single-row commits of the same server: a ratio, since absolute times say more
 * about the machine. Run by hand: `node test/store/measure-cost.ts`. Rounds are interleaved, and the median is taken.
 */
const ROUNDS = 400;

const bin = findPostgres();
if (bin === null) throw new Error('no PostgreSQL here');
const cluster = await startPostgres(bin, { durable: true });
const embedded = await openDatabase({ dataDir: ':memory:' });
const server = await openDatabase({ databaseUrl: cluster.url('postgres') });

for (const opened of [server, embedded]) {
	if (!opened.ok) throw new Error(opened.error.detail);
	const database = opened.value;
	await migrate(database);
	const bench = benchOver(database);
	const office = await newOffice(bench);
	await database.query('CREATE TABLE plain (id bigserial PRIMARY KEY, entry text NOT NULL)');
	const entry = 'x'.repeat(540);
	const times: Record<string, number[]> = { commit: [], reserve: [], settle: [], append: [] };
	const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
		const begin = performance.now();
		const result = await work();
		times[name]?.push(performance.now() - begin);
		return result;
	};
	for (let round = 0; round < ROUNDS; round++) {
		await timed('commit', () => database.query('INSERT INTO plain (entry) VALUES ($1)', [entry], 'plain'));
		const execution = await timed('reserve', () => mustReserve(bench, reservation(office)));
		await timed('settle', () => bench.store.settle(settlement(execution)));
		await timed('append', () => bench.store.append(office.tenant.id, draft()));
	}
	const median = (name: string): number => {
		const sorted = (times[name] ?? []).slice(ROUNDS / 4).sort((a, b) => a - b);
		return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
	};
	const commit = median('commit');
	const per = (ms: number) => `${(ms / commit).toFixed(2)} commits`;
	console.log(
		`${database.kind}: one commit ${commit.toFixed(3)} ms; reserve ${per(median('reserve'))}, settle ${per(median('settle'))}, ` +
			`both ${per(median('reserve') + median('settle'))}; append ${per(median('append'))}`,
	);

	const parallel = 64;
	const begin = performance.now();
	await Promise.all(Array.from({ length: parallel * 20 }, () => bench.store.append('hot', draft())));
	const rate = (parallel * 20) / ((performance.now() - begin) / 1000);
	console.log(`${database.kind}: ${Math.round(rate)} appends/s on one hot log`);
	await database.close();
}
await cluster.stop();
