import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SandboxGitHub, startSandboxGitHub } from '#sandbox/github/server';
import { certificatesFor } from './certificates.ts';

const { ca, server } = certificatesFor(['github.test']);
let github: SandboxGitHub;
let port = 0;

beforeAll(async () => {
	const tls = { cert: server.cert, key: server.key };
	github = await startSandboxGitHub({ webOrigin: 'https://github.test', enterprise: { port: 0, tls } });
	port = github.webPort;
	github.state.addToken({ token: 'ghp_good', login: 'octo', scopes: ['repo'] });
});
afterAll(() => github.close());

/** As a client that trusts the private CA and reaches the name through a Service: the port is not in the Host header. */
function ask(
	method: string,
	path: string,
	body?: unknown,
	trusted = ca.cert,
): Promise<{ status: number; text: string }> {
	return new Promise((resolve, reject) => {
		const sent = request(
			{
				host: '127.0.0.1',
				port,
				servername: 'github.test',
				ca: trusted,
				method,
				path,
				agent: false,
				headers: { host: 'github.test', authorization: 'Bearer ghp_good' },
			},
			(response) => {
				let text = '';
				response.setEncoding('utf8').on('data', (piece: string) => {
					text += piece;
				});
				response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
			},
		);
		sent.on('error', reject);
		sent.end(body === undefined ? undefined : JSON.stringify(body));
	});
}

test('REST, GraphQL and pages answer on one TLS port, and their links point at its name', async () => {
	const made = await ask('POST', '/api/v3/repos/acme/ledger/issues', { title: 'Behind TLS' });
	expect(made.status).toBe(201);
	expect(JSON.parse(made.text)).toMatchObject({
		html_url: 'https://github.test/acme/ledger/issues/3',
		url: 'https://github.test/api/v3/repos/acme/ledger/issues/3',
	});
	expect((await ask('GET', '/acme/ledger/issues/3')).text).toContain('Behind TLS');
	const query = { query: 'query($owner:String!$repo:String!){repository(owner:$owner,name:$repo){id}}' };
	expect((await ask('POST', '/api/graphql', query)).status).toBe(200);
});

test('the port that everybody reaches has no switches', async () => {
	expect((await ask('GET', '/_sandbox/state')).status).toBe(404);
	expect((await fetch(`${github.apiUrl}/_sandbox/state`)).status).toBe(200);
});

test('a client that does not know the CA does not get through', async () => {
	const { ca: other } = certificatesFor(['github.test']);
	await expect(ask('GET', '/', undefined, other.cert)).rejects.toThrow();
});

test('a token is added and revoked by the switches', async () => {
	const change = (method: string, body: unknown) =>
		fetch(`${github.apiUrl}/_sandbox/tokens`, {
			method,
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
	const me = () => fetch(`${github.apiUrl}/api/v3/user`, { headers: { authorization: 'Bearer ghp_late' } });
	expect((await me()).status).toBe(401);
	expect((await change('POST', { token: 'ghp_late', login: 'late', scopes: ['repo'] })).status).toBe(200);
	expect(await (await me()).json()).toMatchObject({ login: 'late' });
	expect((await change('POST', { token: 'ghp_x', login: 'late', scope: ['repo'] })).status).toBe(400);
	expect((await change('DELETE', { token: 'ghp_late' })).status).toBe(204);
	expect((await me()).status).toBe(401);
});
