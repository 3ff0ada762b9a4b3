import { describe, expect, it } from 'vitest';
import { isUnavailable, openDatabase } from '#adapters/store/database';
import { issue, proposed, startPortal } from '#test/support/portal';

function coded(code: string): Error {
	return Object.assign(new Error('of the driver'), { code });
}

describe('what counts as “the database cannot serve”', () => {
	it.each([
		['53100', 'disk full'],
		['53200', 'out of memory'],
		['53300', 'too many connections'],
		['57P01', 'shut down'],
		['57P02', 'crashed'],
		['57P03', 'starting up'],
		['57014', 'statement timeout'],
		['55P03', 'lock timeout'],
		['25P03', 'idle in a transaction for too long'],
		['25006', 'a standby, after a failover'],
		['55000', 'closed to connections'],
		['55006', 'in somebody’s hands'],
		['58030', 'its disk fails'],
		['08006', 'connection failure'],
		['28P01', 'a password that was changed'],
		['3D000', 'the database is gone'],
		['ECONNREFUSED', 'nobody listens'],
		['ENOENT', 'no socket'],
		['EHOSTUNREACH', 'no way there'],
	])('[faults-recover] %s, %s: also when it is wrapped', (code) => {
		expect(isUnavailable(coded(code))).toBe(true);
		expect(isUnavailable(new Error('Failed query', { cause: coded(code) }))).toBe(true);
	});

	it.each([
		'timeout exceeded when trying to connect',
		'timeout expired',
		'Query read timeout',
		'Connection terminated unexpectedly',
		'Client has encountered a connection error and is not queryable',
		'Cannot use a pool after calling end on the pool',
		'PGlite is closed',
		'PGlite is closing',
	])('[faults-recover] the driver’s own “%s”, which has no code', (message) => {
		expect(isUnavailable(new Error(message))).toBe(true);
	});

	it.each(['23505', '22012', '42601', '42501', '40P01', 'XX000', 'invalid_type'])(
		'[faults-recover] %s is the portal’s own fault, and stays one',
		(code) => {
			expect(isUnavailable(coded(code))).toBe(false);
			expect(isUnavailable(new TypeError('x is not a function'))).toBe(false);
		},
	);

	it('[faults-recover] the embedded database says the same when it is closed', async () => {
		const opened = await openDatabase({ dataDir: ':memory:' });
		if (!opened.ok) throw new Error(opened.error.detail);
		await opened.value.close();
		for (const ask of [
			() => opened.value.query('SELECT 1'),
			() => opened.value.transaction(({ query }) => query('SELECT 1')),
		]) {
			expect(isUnavailable(await ask().catch((cause: unknown) => cause))).toBe(true);
		}
	});
});

it('[faults-recover, fail-closed] the embedded database gone under a portal: 503 database_unavailable for all that needs it, nothing is sent', async () => {
	const test = await startPortal();
	const admin = await test.as('admin');
	const body = await proposed(admin, issue('Never'));
	await test.portal.database.close();
	const answers = await Promise.all([
		admin.post('/api/mcp/execute?tenant=demo', body),
		admin.get('/api/audit?tenant=demo'),
		admin.put('/api/agent-dispatch?tenant=demo', { enabled: false }),
		test.anonymous.post('/api/auth/sign-in/email', { email: 'member@demo.local', password: 'sandbox-demo' }),
	]);
	for (const answer of answers) {
		expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
		expect(answer.headers.get('retry-after')).toBe('5');
	}
	expect((await test.anonymous.get('/readyz')).body).toEqual({ ok: false, notReady: ['database'] });
	expect(
		test.sandbox.github.state.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/issues')),
	).toEqual([]);
	await test.close().catch(() => {});
});
