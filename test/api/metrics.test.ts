import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditRows, type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { ask, NEW_PASSWORD } from './people.ts';

let portal: TestPortal;
let admin: Client;

beforeAll(async () => {
	portal = await startPortal();
	admin = await portal.as('admin');
});
afterAll(() => portal.close());

/** Every sample of one metric: labels as text → value. */
async function samples(name: string): Promise<Record<string, number>> {
	const { text } = await portal.anonymous.get('/metrics');
	const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
	return Object.fromEntries(
		lines.map((line) => [
			line.slice(name.length, line.lastIndexOf(' ')),
			Number(line.slice(line.lastIndexOf(' ') + 1)),
		]),
	);
}

describe('GET /metrics', () => {
	it('is open, also under a name that is not the portal’s, and in the text format of Prometheus', async () => {
		const answer = await portal.anonymous.send('GET', '/metrics', undefined, { host: '10.0.0.7:3000' });
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
		expect(answer.text).toContain('# TYPE portal_http_requests_total counter');
		expect(answer.text).toMatch(/^portal_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
		expect(answer.text).toMatch(/^portal_upstream_up\{provider="github"\} 1$/m);
		expect(answer.text).toMatch(/^portal_upstream_drift\{provider="github"\} 0$/m);
		expect(answer.text).toMatch(/^portal_database_up 1$/m);
	});

	it('counts attempts as the audit log has them: one to a row, by its code', async () => {
		const request = await proposed(admin, issue('Counted'));
		await admin.post('/api/mcp/execute?tenant=demo', request);
		await admin.post('/api/mcp/execute?tenant=demo', request);
		await admin.post('/api/mcp/execute?tenant=demo', { ...request, argsSha: '0'.repeat(64) });
		await admin.post('/api/mcp/execute?tenant=demo', { ...request, tool: 'no_such_tool' });
		const rows = (await auditRows(admin)).filter((row) => row.action.startsWith('mcp.tool.'));
		const expected: Record<string, number> = {};
		for (const row of rows) {
			const key = `{tool="${row.action.slice('mcp.tool.'.length)}",code="${row.code ?? 'ok'}"}`;
			expected[key] = (expected[key] ?? 0) + 1;
		}
		expect(Object.keys(expected)).toHaveLength(4);
		expect(await samples('portal_attempts_total')).toEqual(expected);
		expect(await samples('portal_upstream_call_duration_seconds_count')).toEqual({ '{provider="github"}': 1 });
	});

	it('has no label that a caller chose, and nothing of a tenant, a person or an argument', async () => {
		await admin.get('/api/mcp/executions/canary-path?tenant=demo');
		await admin.get('/canary-page');
		await portal.anonymous.send('GET', '/api/canary', undefined, { host: 'canary.example' });
		await portal.anonymous.send('PROPFIND', '/api/me', undefined);
		await portal.anonymous.post('/api/auth/canary', {});
		await proposed(admin, issue('canary title', 'canary body'));
		const { text } = await portal.anonymous.get('/metrics');
		expect(text).not.toMatch(/canary|demo|acme|Ada|PROPFIND/);
		const requests = await samples('portal_http_requests_total');
		expect(requests['{method="GET",route="/api/mcp/executions/:id",status="404"}']).toBe(1);
		expect(requests['{method="GET",route="other",status="421"}']).toBe(1);
		expect(Object.keys(requests).some((labels) => labels.includes('method="other"'))).toBe(true);
	});

	it('counts a refused sign-in, and a wrong password that came with a link', async () => {
		await portal.anonymous.post('/api/auth/sign-in/email', { email: 'admin@demo.local', password: 'wrong-password' });
		expect(await samples('portal_sign_in_failures_total')).toEqual({ '': 1 });
		const first = await ask(admin, 'meg@demo.local');
		const name = 'Meg';
		await portal.anonymous.post('/api/join', { secret: first.secret, name, password: NEW_PASSWORD });
		await admin.delete(`/api/members/${first.id}?tenant=demo`);
		const { secret } = await ask(admin, 'meg@demo.local');
		const wrong = await portal.anonymous.post('/api/join', { secret, name, password: 'not the right one' });
		expect(wrong.status).toBe(401);
		await portal.anonymous.post('/api/join', { secret: 'x', name, password: NEW_PASSWORD });
		expect(await samples('portal_sign_in_failures_total')).toEqual({ '': 2 });
	});
});
