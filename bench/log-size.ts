import { type Database, openDatabase } from '#adapters/store/database';
import { type Target, throughPortal } from './callers.ts';
import { median, say, timed } from './figures.ts';
import { TENANTS } from './portal-server.ts';
import { startUpstream } from './processes.ts';

const ROWS = 100_000;
const PORTION = 5_000;
const ROUNDS = 250;
const WARM_UP = 50;

/**
 * (g) A write where the log holds 100,000 rows, against one where it is empty: two portals, each on a database of its own
 * in one PostgreSQL with fsync, which take turns write by write.
 */
export async function benchLogSize(databaseUrls: readonly [empty: string, full: string]): Promise<void> {
	const upstream = await startUpstream();
	const stops: (() => Promise<unknown>)[] = [];
	try {
		const targets: Target[] = [];
		for (const url of databaseUrls) {
			const portal = await upstream.startPortal(url);
			stops.push(portal.stop);
			targets.push(await throughPortal(portal.origin, 1, TENANTS.slice(0, 1)));
		}
		const [empty, full] = targets as [Target, Target];
		await filled(databaseUrls[1]);
		const times: { empty: number; full: number }[] = [];
		for (let round = 0; round < WARM_UP + ROUNDS; round++) {
			const one = { empty: 0, full: 0 };
			const turn = async (which: 'empty' | 'full', target: Target) => {
				one[which] = await timed(() => target.write(`Size ${round} ${which}`));
			};
			// Who goes first changes: the second finds the processor's caches warmer.
			if (round % 2 === 0) await turn('empty', empty);
			await turn('full', full);
			if (round % 2 === 1) await turn('empty', empty);
			if (round >= WARM_UP) times.push(one);
		}
		await Promise.all(targets.map((target) => target.close()));
		const of = (which: 'empty' | 'full') => median(times.map((each) => each[which]));
		say(
			`(g) a write at ${ROWS} audit rows and as many executions: ${(of('full') / of('empty')).toFixed(2)} times one at none ` +
				`(${of('full').toFixed(1)} ms against ${of('empty').toFixed(1)})`,
		);
	} finally {
		for (const stop of stops) await stop();
		await upstream.stop();
	}
}

/** Rows in the log that is then written to, and executions of the same tenant. */
async function filled(databaseUrl: string): Promise<void> {
	const opened = await openDatabase({ databaseUrl, poolSize: 1 });
	if (!opened.ok) throw new Error(opened.error.detail);
	const database: Database = opened.value;
	for (let from = 1; from <= ROWS; from += PORTION) {
		await database.query(
			`INSERT INTO execution (id, tenant_id, args_sha, epoch, provider, tool, state, target_owner, target_repo,
				credential_id, actor, approver, request_id, lease_until, artifact_url)
			SELECT gen_random_uuid(), t.id, encode(sha256(n::text::bytea), 'hex'), 1, 'github', 'issue_write', 'CONFIRMED',
				'acme', 'payments-api', t.id, '{}', 'Ada', 'r', now(), 'https://github.com/acme/payments-api/issues/' || n
			FROM tenant AS t, generate_series($2::int, $2::int + ${PORTION - 1}) AS n WHERE t.slug = $1`,
			[TENANTS[0], from],
		);
		// No chain: it is the number that costs, if anything does. The head moves on behind them.
		await database.query(
			`WITH moved AS (
				UPDATE audit_head SET size = size + ${PORTION} FROM tenant AS t WHERE t.slug = $1 AND log = t.id::text
				RETURNING log, size
			)
			INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok)
			SELECT log, size - n, repeat('x', 540), repeat('a', 64), repeat('b', 64), now(), 'mcp.tool.github.issue_write', true
			FROM moved, generate_series(1, ${PORTION}) AS n`,
			[TENANTS[0]],
		);
	}
	// As autovacuum does by itself, within a minute.
	await database.query('VACUUM ANALYZE');
	await database.close();
}
