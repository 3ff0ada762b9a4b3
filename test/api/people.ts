import { type Answer, type Client, ORIGIN, type TestPortal } from '#test/support/portal';
import { raw } from './fixture.ts';

export const MEMBERS = '/api/members?tenant=demo';
export const NEW_PASSWORD = 'long enough, this one';

/** The secret of the link that an answer hands out. */
export function secretOf(answer: Answer): string {
	const link = String(answer.body?.link);
	if (!link.startsWith(`${ORIGIN}/join#`)) throw new Error(`no link: ${answer.status} ${answer.text}`);
	return link.slice(`${ORIGIN}/join#`.length);
}

export interface Asked {
	readonly id: string;
	readonly secret: string;
}

/** Asks somebody in who needs a link. */
export async function ask(admin: Client, email: string, role = 'MEMBER', tenant = 'demo'): Promise<Asked> {
	const answer = await admin.post(`/api/members?tenant=${tenant}`, { email, name: 'Asked Person', role });
	return { id: answer.body?.id, secret: secretOf(answer) };
}

/** Uses a link. `from`: the client's address, for a portal that trusts the test as its proxy. */
export function joinWith(test: TestPortal, body: unknown, from = '192.0.2.1'): Promise<Answer> {
	return raw(test, 'POST', '/api/join', {
		headers: { origin: ORIGIN, 'content-type': 'application/json', 'x-forwarded-for': from },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});
}

export async function joined(test: TestPortal, admin: Client, email: string, role = 'MEMBER', tenant = 'demo') {
	const { id, secret } = await ask(admin, email, role, tenant);
	const answer = await joinWith(test, { secret, name: 'Joined Person', password: NEW_PASSWORD });
	if (answer.status !== 200) throw new Error(`join: ${answer.status} ${answer.text}`);
	return { id, client: await signedIn(test, email) };
}

/** A session by the password that {@link joined} sets. */
export async function signedIn(test: TestPortal, email: string, password = NEW_PASSWORD): Promise<Client> {
	const answer = await test.anonymous.post('/api/auth/sign-in/email', { email, password });
	if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${answer.text}`);
	const cookie = answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
	const send: Client['send'] = (method, path, body, headers = {}) =>
		test.anonymous.send(method, path, body, { cookie, ...headers });
	return {
		send,
		get: (path) => send('GET', path),
		post: (path, body) => send('POST', path, body),
		put: (path, body) => send('PUT', path, body),
		delete: (path) => send('DELETE', path),
	};
}

export async function namesIn(admin: Client, tenant = 'demo') {
	const { body } = await admin.get(`/api/members?tenant=${tenant}`);
	const emails = (list: { email: string }[]) => list.map(({ email }) => email);
	return { members: emails(body.members), invited: emails(body.invited) };
}
