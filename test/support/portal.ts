import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '#gateway/ports/clock';
import { compose, type Portal } from '#src/compose';
import { type Env, readEnv } from '#src/env';
import { type RunningSandbox, seedSandbox, startSandbox } from '#src/start-sandbox';
import { type LogLine, recordingLog } from '#test/support/log';

/** The name that the portal answers under in tests: requests are handed to it without a socket. */
export const ORIGIN = 'http://localhost:3000';
export const PASSWORD = 'sandbox-demo';

export type Account = 'admin' | 'member' | 'auditor';

export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
	readonly body: any;
}

export interface Client {
	send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
	get(path: string): Promise<Answer>;
	post(path: string, body?: unknown): Promise<Answer>;
	put(path: string, body?: unknown): Promise<Answer>;
	delete(path: string): Promise<Answer>;
}

export interface TestPortal {
	readonly portal: Portal;
	readonly sandbox: RunningSandbox;
	readonly log: readonly LogLine[];
	readonly dataDir: string;
	/** No credentials at all. */
	readonly anonymous: Client;
	/** Signed in; each call signs in once and is remembered. */
	as(account: Account | string): Promise<Client>;
	bearer(token: string): Client;
	close(): Promise<void>;
}

/** A whole portal over the embedded database (or `env.DATABASE_URL`), with sandbox GitHub and sidecar on loopback. */
export async function startPortal(
	options: {
		env?: Record<string, string>;
		dataDir?: string;
		/** Puts something between the portal and its sidecar: given the sidecar's address, gives its own. */
		between?: (sidecarUrl: string) => Promise<string>;
		clock?: Clock;
	} = {},
): Promise<TestPortal> {
	const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sarc-portal-')));
	// The budget is two suites' concern; the others write more in a minute than GitHub would let them.
	const read = readEnv({ PORTAL_DATA_DIR: dataDir, PORTAL_WRITE_BUDGET: 'off', ...options.env }, { sandbox: true });
	if (!read.ok) throw new Error(read.error);
	const env: Env = read.value;
	const sandbox = await startSandbox({ dataDir, portalPort: 0, sidecar: env.githubServerUrl === null });
	const { log, lines } = recordingLog();
	const own = {
		hosts: new Set(['localhost:3000', '127.0.0.1:3000']),
		origins: new Set([ORIGIN, 'http://127.0.0.1:3000']),
	};
	const { sidecarUrl } = sandbox.upstream;
	const reached = options.between === undefined ? sidecarUrl : await options.between(sidecarUrl);
	const upstream = { ...sandbox.upstream, sidecarUrl: reached };
	const clock = options.clock === undefined ? {} : { clock: options.clock };
	const composed = await compose({ env, log, own, portalUrl: ORIGIN, sandbox: upstream, ...clock });
	if (!composed.ok) throw new Error(composed.error);
	const portal = composed.value;
	await seedSandbox(portal, sandbox, PASSWORD);
	await portal.gateway.upstream.checkTools('github');

	const client = (credentials: Record<string, string>): Client => {
		const send: Client['send'] = async (method, path, body, headers = {}) => {
			const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
			const defaults: Record<string, string> = { host: 'localhost:3000', ...credentials };
			if (method !== 'GET' && credentials.authorization === undefined) defaults.origin = ORIGIN;
			if (payload !== undefined) {
				defaults['content-type'] = 'application/json';
				defaults['content-length'] = String(Buffer.byteLength(payload));
			}
			const request = new Request(`${ORIGIN}${path}`, {
				method,
				headers: { ...defaults, ...headers },
				...(payload === undefined ? {} : { body: payload }),
			});
			const bindings = { incoming: { socket: { remoteAddress: '127.0.0.1', remotePort: 1, remoteFamily: 'IPv4' } } };
			const response = await portal.fetch(request, bindings);
			const text = await response.text();
			let parsed: unknown;
			try {
				parsed = JSON.parse(text);
			} catch {
				parsed = undefined;
			}
			return { status: response.status, headers: response.headers, text, body: parsed };
		};
		return {
			send,
			get: (path) => send('GET', path),
			post: (path, body) => send('POST', path, body),
			put: (path, body) => send('PUT', path, body),
			delete: (path) => send('DELETE', path),
		};
	};

	const anonymous = client({});
	const signedIn = new Map<string, Client>();
	return {
		portal,
		sandbox,
		log: lines,
		dataDir,
		anonymous,
		bearer: (token) => client({ authorization: `Bearer ${token}` }),
		async as(account) {
			const known = signedIn.get(account);
			if (known !== undefined) return known;
			const email = account.includes('@') ? account : `${account}@demo.local`;
			const answer = await anonymous.post('/api/auth/sign-in/email', { email, password: PASSWORD });
			if (answer.status !== 200) throw new Error(`sign-in as ${email}: ${answer.status} ${answer.text}`);
			const cookie = answer.headers
				.getSetCookie()
				.map((line) => line.split(';')[0])
				.join('; ');
			const made = client({ cookie });
			signedIn.set(account, made);
			return made;
		},
		async close() {
			await portal.close();
			await sandbox.close();
			if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
		},
	};
}

/** A create-issue request and the argsSha that the portal gives it. */
export async function proposed(
	client: Client,
	args: Record<string, unknown>,
	more: { tool?: string; nonce?: string } = {},
): Promise<Record<string, unknown> & { argsSha: string }> {
	const request = { provider: 'github', tool: 'issue_write', args, ...more };
	const answer = await client.post('/api/mcp/propose?tenant=demo', request);
	if (answer.status !== 200) throw new Error(`propose: ${answer.status} ${answer.text}`);
	return { ...request, argsSha: answer.body.argsSha };
}

export function issue(title: string, body = 'A body.'): Record<string, unknown> {
	return { method: 'create', owner: 'acme', repo: 'payments-api', title, body };
}

/** All audit entries of the demo tenant, parsed, oldest first. */
// biome-ignore lint/suspicious/noExplicitAny: entries of every shape
export async function auditRows(client: Client): Promise<any[]> {
	const rows = [];
	for (let after = -1; ; ) {
		const { body } = await client.get(`/api/audit?tenant=demo&limit=100&after=${after}`);
		rows.push(...body.entries.map((row: { entry: string }) => JSON.parse(row.entry)));
		if (body.next === null) return rows;
		after = body.next;
	}
}
