import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RouteKey, routes } from '#api/contract/routes';
import { type Client, startPortal, type TestPortal } from '#test/support/portal';

/** Who may, by hand and not from the route table: A ADMIN, M MEMBER, U AUDITOR, P platform admin (who is no member). */
interface Expected {
	readonly may: string;
	/** Token scopes that suffice, for an ADMIN's token; none: no token may. */
	readonly scopes: readonly string[];
	readonly path?: string;
	readonly body?: unknown;
	/** Needs no sign-in. */
	readonly open?: true;
	/** Is not about a tenant. */
	readonly anywhere?: true;
}

const read = ['read'];
const id = '01900000-0000-7000-8000-000000000000';
const write = {
	provider: 'github',
	tool: 'issue_write',
	args: { method: 'create', owner: 'acme', repo: 'ledger', title: 'x' },
};

const matrix: Record<RouteKey, Expected> = {
	'GET /api/me': { may: 'AMUP', scopes: read, anywhere: true },
	'POST /api/mcp/propose': { may: 'AM', scopes: ['propose'], body: write },
	'POST /api/mcp/execute': { may: 'A', scopes: ['execute'], body: { ...write, argsSha: '0'.repeat(64) } },
	'GET /api/mcp/prereqs': { may: 'AMU', scopes: read },
	'GET /api/mcp/executions': { may: 'AMU', scopes: read },
	'GET /api/mcp/executions/:id': { may: 'AMU', scopes: read, path: `/api/mcp/executions/${id}` },
	'POST /api/mcp/executions/:id/resolve': {
		may: 'A',
		scopes: [],
		path: `/api/mcp/executions/${id}/resolve`,
		body: { happened: false, reason: 'x' },
	},
	'GET /api/targets': { may: 'AU', scopes: read },
	'PUT /api/targets': { may: 'A', scopes: [], body: { allow: [] } },
	'GET /api/flags': { may: 'AMU', scopes: read },
	'PUT /api/flags/:flag': {
		may: 'A',
		scopes: [],
		path: '/api/flags/mcp.gateway',
		body: { enabled: true, reason: 'x' },
	},
	'PUT /api/global-flags/:flag': {
		may: 'P',
		scopes: [],
		path: '/api/global-flags/mcp.gateway',
		body: { enabled: true, reason: 'x' },
		anywhere: true,
	},
	'PUT /api/agent-dispatch': { may: 'A', scopes: [], body: { enabled: true, reason: 'x' } },
	'GET /api/credentials': { may: 'AU', scopes: read },
	'PUT /api/credentials/github': { may: 'A', scopes: [], body: { kind: 'pat', token: 'not-a-token' } },
	'DELETE /api/credentials/github': { may: 'A', scopes: [] },
	'POST /api/credentials/github/test': { may: 'A', scopes: [] },
	'GET /api/tokens': { may: 'AMU', scopes: read },
	'POST /api/tokens': { may: 'AM', scopes: [], body: { name: 'ci', scopes: ['read'], expiresInHours: 1 } },
	'DELETE /api/tokens/:id': { may: 'AM', scopes: [], path: `/api/tokens/${id}` },
	'GET /api/members': { may: 'AU', scopes: read },
	'POST /api/members': { may: 'A', scopes: [], body: { email: 'new@demo.local', name: 'New', role: 'MEMBER' } },
	'PATCH /api/members/:id': { may: 'A', scopes: [], path: `/api/members/${id}`, body: { role: 'MEMBER' } },
	'DELETE /api/members/:id': { may: 'A', scopes: [], path: `/api/members/${id}` },
	'POST /api/tenants': {
		may: 'P',
		scopes: [],
		body: { slug: 'matrix', name: 'Matrix', adminEmail: 'first@matrix.local' },
		anywhere: true,
	},
	'POST /api/join': {
		may: 'AMUP',
		scopes: read,
		body: { secret: 'nobody-knows-it', name: 'New', password: 'long enough, this' },
		open: true,
		anywhere: true,
	},
	'GET /api/audit': { may: 'AU', scopes: read },
	'POST /api/audit/verify-chain': { may: 'AU', scopes: read },
	'GET /api/audit/export': { may: 'AU', scopes: read },
	'GET /api/openapi.json': { may: 'AMUP', scopes: read, open: true, anywhere: true },
	'GET /metrics': { may: 'AMUP', scopes: read, open: true, anywhere: true },
	'GET /healthz': { may: 'AMUP', scopes: read, open: true, anywhere: true },
	'GET /readyz': { may: 'AMUP', scopes: read, open: true, anywhere: true },
};

const refusals = new Set(['unauthenticated', 'role_required', 'scope_required', 'tenant_not_found']);

let test: TestPortal;
const tokens: Record<string, Client> = {};
let outsider: Client;

beforeAll(async () => {
	test = await startPortal();
	const { portal } = test;
	const admin = await test.as('admin');
	for (const scope of ['read', 'propose', 'execute']) {
		const made = await admin.post('/api/tokens?tenant=demo', { name: scope, scopes: [scope], expiresInHours: 1 });
		tokens[scope] = test.bearer(made.body.token);
	}
	// Platform admin, and ADMIN of another tenant: in demo they are nobody.
	const made = await portal.identity.accounts.createUser({
		email: 'eve@other.local',
		name: 'Eve Other',
		password: 'sandbox-demo',
	});
	if (!made.ok) throw new Error(made.error);
	const other = made.value;
	const tenantId = portal.gateway.ids.uuid();
	const by = { actor: { kind: 'system' } } as const;
	await portal.store.createTenant({ id: tenantId, slug: 'other', name: 'Other' }, by);
	await portal.store.addMember({ id: portal.gateway.ids.uuid(), tenantId, userId: other.id, role: 'ADMIN' }, by);
	await portal.store.setPlatformAdmin(other.id, by);
	outsider = await test.as('eve@other.local');
});
afterAll(() => test.close());

async function ask(client: Client, key: RouteKey, expected: Expected): Promise<string> {
	const [method, template] = key.split(' ') as [string, string];
	const path = `${expected.path ?? template}${expected.anywhere ? '' : '?tenant=demo'}`;
	const answer = await client.send(method, path, expected.body);
	const code = answer.status < 400 ? 'ok' : String(answer.body?.code);
	return refusals.has(code) ? code : 'passed';
}

describe('[role-matrix] every route × role × tenant × scope', () => {
	it('has a row for every route of the table', () => {
		expect(Object.keys(matrix).sort()).toEqual(Object.keys(routes).sort());
	});

	// What needs the credential comes before the row that deletes it.
	const keys = (Object.keys(matrix) as RouteKey[]).sort(
		(a, b) => Number(a.startsWith('DELETE')) - Number(b.startsWith('DELETE')),
	);
	describe.each(keys)('%s', (key) => {
		const expected = matrix[key];
		it(`is refused without sign-in: ${expected.open !== true}`, async () => {
			expect(await ask(test.anonymous, key, expected)).toBe(expected.open === true ? 'passed' : 'unauthenticated');
		});
		it.each([
			['A', 'admin'],
			['M', 'member'],
			['U', 'auditor'],
		] as const)('role %s', async (letter, account) => {
			// Ada Lind is ADMIN of demo and platform admin too.
			const may = expected.may.includes(letter) || (letter === 'A' && expected.may.includes('P'));
			expect(await ask(await test.as(account), key, expected)).toBe(may ? 'passed' : 'role_required');
		});
		it.each(['read', 'propose', 'execute'])('an ADMIN’s token with the scope %s', async (scope) => {
			const may = expected.open === true || expected.scopes.includes(scope);
			expect(await ask(tokens[scope] as Client, key, expected)).toBe(may ? 'passed' : 'scope_required');
		});
		it('[tenant-isolation] a stranger to the tenant', async () => {
			const elsewhere = expected.anywhere === true && expected.may.includes('P');
			expect(await ask(outsider, key, expected)).toBe(elsewhere ? 'passed' : 'tenant_not_found');
		});
	});
});

describe('[switch-off] with a switch off, propose and execute refuse and settings still work', () => {
	const cases = [
		['flag', '/api/flags/mcp.gateway?tenant=demo', 503, 'feature-disabled'],
		['global flag', '/api/global-flags/mcp.gateway', 503, 'feature-disabled'],
		['agent dispatch', '/api/agent-dispatch?tenant=demo', 403, 'agent_dispatch_disabled'],
	] as const;
	it.each(cases)('%s', async (_title, path, status, code) => {
		const admin = await test.as('admin');
		await admin.put(path, { enabled: false });
		try {
			for (const key of ['POST /api/mcp/propose', 'POST /api/mcp/execute'] as const) {
				const answer = await admin.post(`${key.slice(5)}?tenant=demo`, matrix[key].body);
				expect([answer.status, answer.body.code]).toEqual([status, code]);
			}
			const prereqs = await admin.get('/api/mcp/prereqs?tenant=demo');
			expect(prereqs.body.ready).toBe(false);
		} finally {
			const on = await admin.put(path, { enabled: true, reason: 'test over' });
			expect(on.status).toBe(200);
		}
	});
});
