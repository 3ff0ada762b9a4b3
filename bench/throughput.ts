import { openDatabase } from '#adapters/store/database';
import type { Cluster } from '#test/support/postgres';
import { direct, type Target, throughPortal } from './callers.ts';
import { median, say } from './figures.ts';
import { TENANTS } from './portal-server.ts';
import { type BenchPortal, startUpstream } from './processes.ts';
import { postgresPid, processorMs } from './processor-time.ts';

const CALLERS = 16;
const ROUNDS = 3;
const ROUND_MS = 3_000;
const ROUND_ALONE_MS = 1_500;

interface Round {
	readonly rate: number;
	readonly p50: number;
}

/**
 * (e) Whole writes (propose, approve, execute) through one portal process, and (f) through two on the same database, with
 * one tenant and with four; against the same write made straight to the sidecar. PostgreSQL with fsync.
 */
export async function benchThroughput(cluster: Cluster, databaseUrl: string): Promise<void> {
	const upstream = await startUpstream();
	const opened = await openDatabase({ databaseUrl, poolSize: 1 });
	if (!opened.ok) throw new Error(opened.error.detail);
	const portals: BenchPortal[] = [];
	try {
		portals.push(await upstream.startPortal(databaseUrl), await upstream.startPortal(databaseUrl));
		const [first, second] = portals as [BenchPortal, BenchPortal];
		const one = TENANTS.slice(0, 1);
		const ways = {
			direct: [direct(upstream.sidecarUrl, CALLERS)],
			one: [await throughPortal(first.origin, CALLERS, one)],
			oneOfMany: [await throughPortal(first.origin, CALLERS, TENANTS)],
			two: [await throughPortal(first.origin, CALLERS / 2, one), await throughPortal(second.origin, CALLERS / 2, one)],
			twoOfMany: [
				await throughPortal(first.origin, CALLERS / 2, TENANTS),
				await throughPortal(second.origin, CALLERS / 2, TENANTS),
			],
		};
		type Way = keyof typeof ways;
		const names = Object.keys(ways) as Way[];
		const rounds = Object.fromEntries(names.map((name) => [name, [] as Round[]])) as Record<Way, Round[]>;
		let written = 0;
		const run = async (name: Way, callers: number) => {
			const result = await load(ways[name], callers, callers === 1 ? ROUND_ALONE_MS : ROUND_MS);
			if (name !== 'direct') written += result.done;
			return result;
		};
		for (const name of names) await run(name, CALLERS);
		// As autovacuum would within a minute: a plan made for empty tables is made anew.
		await opened.value.query('ANALYZE');
		const spent = { portal: 0, postgres: 0, upstream: 0, callers: 0, writes: 0 };
		const alone: { portal: number; direct: number }[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			for (const name of names) {
				const before = clocks(first, cluster, upstream.pid);
				const result = await run(name, CALLERS);
				rounds[name].push(result);
				if (name !== 'one') continue;
				const after = clocks(first, cluster, upstream.pid);
				for (const part of ['portal', 'postgres', 'upstream', 'callers'] as const) {
					spent[part] += after[part] - before[part];
				}
				spent.writes += result.done;
			}
			const [p, d] = [await run('one', 1), await run('direct', 1)];
			alone.push({ portal: p.p50, direct: d.p50 });
		}
		const rate = (name: Way) => Math.round(median(rounds[name].map((each) => each.rate)));
		const p50 = (name: Way) => median(rounds[name].map((each) => each.p50));
		const ratio = (name: Way, to: Way) =>
			median(rounds[name].map((each, i) => each.rate / (rounds[to][i]?.rate ?? Number.NaN))).toFixed(2);
		const ms = (part: 'portal' | 'postgres' | 'upstream' | 'callers') => (spent[part] / spent.writes).toFixed(2);
		const slower = median(rounds.one.map((each, i) => each.p50 / (rounds.direct[i]?.p50 ?? Number.NaN))).toFixed(1);
		const slowerAlone = median(alone.map((each) => each.portal / each.direct)).toFixed(1);
		say(
			`(e) propose, approve, execute: ${rate('one')} a second through one portal with ${CALLERS} callers in one tenant, ` +
				`${rate('oneOfMany')} in ${TENANTS.length} tenants; the sidecar alone ${rate('direct')} (${ratio('one', 'direct')} of it)`,
		);
		say(
			`(e) p50 ${p50('one').toFixed(1)} ms against ${p50('direct').toFixed(1)} of a direct write: ${slower} times; ` +
				`with one caller ${slowerAlone} times (${median(alone.map((each) => each.portal)).toFixed(1)} ms)`,
		);
		say(
			`(e) processor time of one write: portal ${ms('portal')} ms, PostgreSQL ${ms('postgres')}, ` +
				`sandbox GitHub and sidecar ${ms('upstream')}, the callers ${ms('callers')}`,
		);
		say(
			`(f) two portals against one, ${CALLERS} callers in all: ${ratio('two', 'one')} times in one tenant ` +
				`(${rate('two')} a second), ${ratio('twoOfMany', 'oneOfMany')} times in ${TENANTS.length} (${rate('twoOfMany')})`,
		);
		const [rows] = await opened.value.query<{ n: number }>(
			`SELECT count(*)::int AS n FROM audit_entry WHERE ok AND action = 'mcp.tool.github.issue_write'`,
		);
		say(`(e, f) ${written} confirmed writes, ${rows?.n} rows that say so`);
		await Promise.all(Object.values(ways).flatMap((targets) => targets.map((target) => target.close())));
	} finally {
		await opened.value.close();
		await Promise.all(portals.map((portal) => portal.stop()));
		await upstream.stop();
	}
}

let titles = 0;

/** Keeps `callers` writes under way, shared evenly between the targets. */
async function load(targets: readonly Target[], callers: number, ms: number): Promise<Round & { done: number }> {
	const began = performance.now();
	const times: number[] = [];
	const worker = async (_: unknown, i: number): Promise<void> => {
		const target = targets[i % targets.length];
		while (performance.now() - began < ms) {
			const start = performance.now();
			await target?.write(`Bench ${++titles}`);
			times.push(performance.now() - start);
		}
	};
	await Promise.all(Array.from({ length: callers }, worker));
	return { rate: times.length / ((performance.now() - began) / 1_000), p50: median(times), done: times.length };
}

function clocks(portal: BenchPortal, cluster: Cluster, upstreamPid: number) {
	const own = process.cpuUsage();
	return {
		portal: processorMs(portal.pid),
		postgres: processorMs(postgresPid(cluster.url('postgres').replace('@/', '@localhost/'))),
		upstream: processorMs(upstreamPid),
		callers: (own.user + own.system) / 1_000,
	};
}
