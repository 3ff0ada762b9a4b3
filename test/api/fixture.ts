import type { Role } from '#core/access/roles';
import type { Upstream } from '#gateway/ports/upstream';
import { type Answer, ORIGIN, PASSWORD, type TestPortal } from '#test/support/portal';

export interface RawRequest {
	readonly headers?: Record<string, string>;
	readonly body?: BodyInit;
}

/** A request with these headers and no others but Host: for what a well-behaved client would never leave out. */
export async function raw(test: TestPortal, method: string, path: string, request: RawRequest = {}): Promise<Answer> {
	const made = new Request(`${ORIGIN}${path}`, {
		method,
		headers: { host: 'localhost:3000', ...request.headers },
		...(request.body === undefined ? {} : { body: request.body, duplex: 'half' }),
	});
	const bindings = { incoming: { socket: { remoteAddress: '127.0.0.1', remotePort: 1, remoteFamily: 'IPv4' } } };
	const response = await test.portal.fetch(made, bindings);
	const text = await response.text();
	return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The Cookie header of a new session. */
export async function cookieOf(test: TestPortal, email: string): Promise<string> {
	const answer = await test.anonymous.post('/api/auth/sign-in/email', { email, password: PASSWORD });
	if (answer.status !== 200) throw new Error(`sign-in as ${email}: ${answer.status}`);
	return answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
}

const BY = { actor: { kind: 'system' } } as const;

/** A new person with a role in the tenant. */
export async function addPerson(
	test: TestPortal,
	email: string,
	role: Role,
	tenantId?: string,
): Promise<{ id: string; memberId: string; tenantId: string }> {
	const { portal } = test;
	const made = await portal.identity.accounts.createUser({ email, name: `Person ${role}`, password: PASSWORD });
	if (!made.ok) throw new Error(made.error);
	const tenant = tenantId ?? (await demoTenant(test));
	const memberId = portal.gateway.ids.uuid();
	await portal.store.addMember({ id: memberId, tenantId: tenant, userId: made.value.id, role }, BY);
	return { id: made.value.id, memberId, tenantId: tenant };
}

/** A second tenant with everything switched on and a credential of its own. */
export async function addTenant(test: TestPortal, slug: string): Promise<string> {
	const { store, gateway } = test.portal;
	const id = gateway.ids.uuid();
	await store.createTenant({ id, slug, name: slug }, BY);
	const change = { tenantId: id, enabled: true, by: 'a test', reason: 'a test' };
	await store.setDispatch({
		...change,
		entry: (old) => ({ action: 'dispatch.set', ...BY, ok: true, detail: { old } }),
	});
	await store.setFlag({
		...change,
		flag: 'mcp.execute-tokens',
		entry: (old) => ({ action: 'flag.set', ...BY, ok: true, detail: { old } }),
	});
	return id;
}

export async function demoTenant(test: TestPortal): Promise<string> {
	const tenant = await test.portal.store.tenantBySlug('demo');
	if (tenant === null) throw new Error('the demo is not seeded');
	return tenant.id;
}

export interface Row {
	readonly seq: number;
	readonly action: string;
	readonly ok: boolean;
	readonly code?: string;
	readonly argsSha?: string;
	readonly requestId?: string;
	readonly executionId?: string;
	readonly reason?: string;
	readonly actor: { kind: string; id?: string; by?: string; role?: string; commit?: string };
	readonly artifact?: { url: string };
	readonly detail?: Record<string, unknown>;
}

/** What `work` gives, and the entries that it left in the log. */
export async function withRows<T>(test: TestPortal, log: string, work: () => Promise<T>): Promise<[T, Row[]]> {
	const { store } = test.portal;
	const { size } = await store.head(log);
	const done = await work();
	const { entries } = await store.page({ log, after: size - 1, limit: 100, order: 'asc' });
	return [done, entries.map(({ entry }) => JSON.parse(entry) as Row)];
}

/** Runs `work` while one method of the upstream port is another: for what the sandbox's own server never does. */
export async function withUpstream<T>(test: TestPortal, port: Partial<Upstream>, work: () => Promise<T>): Promise<T> {
	const gateway = test.portal.gateway as { upstream: Upstream };
	const real = gateway.upstream;
	gateway.upstream = { ...real, ...port };
	try {
		return await work();
	} finally {
		gateway.upstream = real;
	}
}
