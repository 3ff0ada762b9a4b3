import { describe, expect, it } from 'vitest';
import type { Database, Query } from '#adapters/store/database';
import type { Execution } from '#gateway/ports/executions';
import { testDatabases } from '#test/support/database';
import { benchOver, draft, ever, mustReserve, newOffice, type Office, reservation, settlement } from './fixture.ts';

/** Enough for the planner to see that a scan is no way; put in by portions, each within the timeout of a statement. */
const ROWS = 50_000;
const PORTION = 10_000;

const server = testDatabases().filter(({ name }) => name === 'PostgreSQL');

interface Seen {
	readonly text: string;
	readonly params: readonly unknown[];
}

/** As a literal that takes the parameter's type, whatever it is. */
function literal(value: unknown): string {
	if (value === null || value === undefined) return 'NULL';
	if (value instanceof Date) return literal(value.toISOString());
	if (value instanceof Uint8Array) return literal(`\\x${Buffer.from(value).toString('hex')}`);
	if (Array.isArray(value)) {
		const items = value.map((each) => (each === null ? 'NULL' : `"${String(each).replaceAll(/["\\]/g, '\\$&')}"`));
		return literal(`{${items.join(',')}}`);
	}
	return `'${String(value).replaceAll("'", "''")}'`;
}

/** The next executions and audit rows: of another log, and no chain, since nobody verifies them. */
async function fill(database: Database, office: Office, from: number): Promise<void> {
	await database.query(
		`INSERT INTO execution (id, tenant_id, args_sha, epoch, provider, tool, state, target_owner, target_repo,
			credential_id, actor, approver, request_id, lease_until, artifact_url)
		SELECT gen_random_uuid(), $1, encode(sha256(n::text::bytea), 'hex'), 1, 'github', 'issue_write', 'CONFIRMED', 'acme',
			'ledger', $2, '{}', 'Ada', 'r', now(), 'https://github.com/acme/ledger/issues/' || n
		FROM generate_series($3::int, $3::int + ${PORTION - 1}) AS n`,
		[office.tenant.id, office.credentialId, from],
	);
	await database.query(
		`INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok)
		SELECT 'full', n, repeat('x', 400), repeat('a', 64), repeat('b', 64), now(), 'test.thing', true
		FROM generate_series($1::int, $1::int + ${PORTION - 1}) AS n`,
		[from],
	);
}

describe.runIf(server.length > 0).each(server)('on $name, at fifty thousand executions and audit rows', ({ open }) => {
	it('every statement of an execute goes by an index, in the plan that is kept for whatever parameters', async () => {
		const database = await open();
		const seen = new Map<string, Seen>();
		const query: Query = (text, params = [], name) => {
			seen.set(name ?? text, { text, params });
			return database.query(text, params, name);
		};
		const bench = benchOver({ ...database, query });
		const office = await newOffice(benchOver(database));
		const log = office.tenant.id;
		for (let from = 1; from <= ROWS; from += PORTION) await fill(database, office, from);
		await database.query('ANALYZE');

		const input = reservation(office, { budget: { perMinute: 80, perHour: 500 } });
		await bench.store.memberBySlug(office.tenant.slug, office.ada.id);
		await bench.store.directorySalt(office.ada);
		await bench.store.guardFacts(log, 'github');
		const asked = { tenantId: log, provider: 'github', argsSha: input.argsSha };
		await bench.store.executeFacts({ ...asked, person: office.ada });
		const execution = await mustReserve(bench, input);
		await bench.store.mayStillSend(execution);
		await bench.store.knownArtifacts([ever('https://github.com/acme/payments-api/issues/7')]);
		await bench.store.settle(settlement(execution));
		await bench.store.append(log, draft());
		expect([...seen.keys()]).toEqual(expect.arrayContaining(['guard', 'execute', 'reserve', 'may-send', 'append']));

		const scans: string[] = [];
		await database.transaction(async (tx) => {
			await tx.query("SET LOCAL plan_cache_mode = 'force_generic_plan'");
			for (const [i, [name, { text, params }]] of [...seen].entries()) {
				await tx.query(`PREPARE plan_${i} AS ${text}`);
				const values = params.length === 0 ? '' : `(${params.map(literal).join(', ')})`;
				const plan = await tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) EXECUTE plan_${i}${values}`);
				const lines = plan.map((row) => row['QUERY PLAN']);
				expect(lines.length, name).toBeGreaterThan(0);
				// `on x alias`: what grows with use, a row for each write or more.
				scans.push(
					...lines
						.filter((line) => /Seq Scan on (execution|audit_entry)\b/.test(line))
						.map((line) => `${name}: ${line}`),
				);
			}
		});
		expect(scans).toEqual([]);
	});

	it('an append keeps its plan: PostgreSQL does not plan it anew for its parameters', async () => {
		const database = await open();
		const bench = benchOver(database);
		const office = await newOffice(bench);
		// In one transaction, so that all are on one connection.
		const executions: Execution[] = [];
		for (let i = 0; i < 8; i++) executions.push(await mustReserve(bench, reservation(office)));
		const plans = await database.transaction(async ({ query }) => {
			const inside = benchOver({ ...database, query }).store;
			for (const execution of executions) await inside.settle(settlement(execution));
			return query(
				'SELECT custom_plans <= 5 AND generic_plans >= 3 AS kept FROM pg_prepared_statements WHERE name = $1',
				['append'],
			);
		});
		expect(plans).toEqual([{ kept: true }]);
	});
});
