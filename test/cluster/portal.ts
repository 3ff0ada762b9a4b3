import { pods, until } from './kube.ts';
import { openRelay, type Relay } from './relay.ts';
import { GITHUB_NAMESPACE, NAMESPACE, PORTAL_PODS, PORTAL_URL, SECRETS } from './settings.ts';
import { GITHUB_SWITCHES } from './world.ts';

/** A problem's members and an answer's, whichever came: tests name those that they expect. */
export interface Said {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: bodies of every route, looked at by expectations only
	readonly body: any;
}

export const TENANT = 'acme';
export const clientPlace = { namespace: NAMESPACE, pod: 'deploy/client' };

/** Somebody signed in, whose requests are made by a pod and go through the portal's Service. */
export interface Person {
	readonly headers: Readonly<Record<string, string>>;
	send(method: string, path: string, body?: unknown, timeoutMs?: number): Promise<Said>;
	/** The same at one pod's own address instead of the Service's. */
	at(podIP: string, method: string, path: string, body?: unknown, timeoutMs?: number): Promise<Said>;
}

const read = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
};

/** Signs in as the first admin. */
export async function signIn(relay: Relay): Promise<Person> {
	const json = { 'content-type': 'application/json', origin: PORTAL_URL };
	const body = JSON.stringify({ email: SECRETS.adminEmail, password: SECRETS.adminPassword });
	const answer = await relay.send({ method: 'POST', url: `${PORTAL_URL}/api/auth/sign-in/email`, headers: json, body });
	if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${answer.body}`);
	const cookies = [answer.headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0]);
	const headers = { ...json, cookie: cookies.join('; ') };
	const ask = async (origin: string, method: string, path: string, sent?: unknown, timeoutMs = 30_000) => {
		const { status, body: text } = await relay.send({
			method,
			url: `${origin}${path}`,
			headers: { ...headers, host: new URL(PORTAL_URL).host },
			...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
			timeoutMs,
		});
		return { status, body: read(text) };
	};
	return {
		headers,
		send: (...request) => ask(PORTAL_URL, ...request),
		at: (podIP, ...request) => ask(`http://${podIP}:3000`, ...request),
	};
}

/** The tenant of these tests, made as the runbook says: tenant, credential, dispatch. Nothing is done twice. */
export async function makeTenant(person: Person): Promise<void> {
	const made = await person.send('POST', '/api/tenants', {
		slug: TENANT,
		name: 'Acme',
		adminEmail: SECRETS.adminEmail,
	});
	if (made.status !== 201) throw new Error(`tenant: ${made.status} ${JSON.stringify(made.body)}`);
	for (const [path, body] of [
		['/api/credentials/github', { kind: 'pat', token: SECRETS.pat }],
		['/api/agent-dispatch', { enabled: true, reason: 'cluster test' }],
	] as const) {
		const set = await person.send('PUT', `${path}?tenant=${TENANT}`, body);
		if (set.status !== 200) throw new Error(`${path}: ${set.status} ${JSON.stringify(set.body)}`);
	}
}

export interface Approved {
	readonly provider: string;
	readonly tool: string;
	readonly args: Record<string, string>;
	readonly argsSha: string;
}

export const issue = (title: string) => ({
	provider: 'github',
	tool: 'issue_write',
	args: { method: 'create', owner: 'acme', repo: 'ledger', title, body: 'Written by the cluster test.' },
});

/** Proposes an issue, and gives what an approver would execute. */
export async function approve(person: Person, title: string): Promise<Approved> {
	const request = issue(title);
	const proposed = await person.send('POST', `/api/mcp/propose?tenant=${TENANT}`, request);
	if (proposed.status !== 200) throw new Error(`propose: ${proposed.status} ${JSON.stringify(proposed.body)}`);
	return { ...request, argsSha: proposed.body.argsSha as string };
}

export const execute = (person: Person, approved: Approved): Promise<Said> =>
	person.send('POST', `/api/mcp/execute?tenant=${TENANT}`, approved, 60_000);

/** What the sandbox GitHub can be told and asked, from inside its pod. */
export interface GitHub {
	fault(fault: object): Promise<void>;
	clear(): Promise<void>;
	/** Titles of the issues of a repository. */
	titles(repository: string): Promise<string[]>;
	/** How many writes have come and are not answered yet. */
	waiting(): Promise<number>;
	close(): void;
}

export async function openGitHub(): Promise<GitHub> {
	const relay = await openRelay({ namespace: GITHUB_NAMESPACE, pod: 'deploy/github' });
	const headers = { 'content-type': 'application/json' };
	const switches = async (method: string, path: string, body?: object) => {
		const sent = body === undefined ? {} : { body: JSON.stringify(body) };
		const answer = await relay.send({ method, url: `${GITHUB_SWITCHES}/${path}`, headers, ...sent });
		if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
		return answer.body === '' ? undefined : JSON.parse(answer.body);
	};
	return {
		fault: (fault) => switches('POST', 'faults', fault),
		clear: () => switches('DELETE', 'faults'),
		async titles(repository) {
			const { repositories } = await switches('GET', 'state');
			const found = repositories.find((each: { name: string }) => each.name === repository);
			return found.issues.map((each: { title: string }) => each.title);
		},
		async waiting() {
			const { requests } = (await switches('GET', 'state')) as {
				requests: { method: string; status: number | null }[];
			};
			return requests.filter(({ method, status }) => method === 'POST' && status === null).length;
		},
		close: relay.close,
	};
}

/** Asks each pod of the portal by its own address: what one knows of its sidecar, the other finds out for itself. */
async function prereqsOfEach(person: Person): Promise<Said[]> {
	const each = await pods(NAMESPACE, PORTAL_PODS);
	return Promise.all(
		each.map(({ status }) => person.at(status.podIP ?? '', 'GET', `/api/mcp/prereqs?tenant=${TENANT}`)),
	);
}

/** Asks until every portal satisfies; each looks at its sidecar once a minute. */
export const untilEach = (what: string, person: Person, satisfies: (said: Said) => boolean): Promise<Said[]> =>
	until(
		what,
		() => prereqsOfEach(person),
		(all) => all.length > 0 && all.every(satisfies),
		{ within: 90_000 },
	);

/** Asks until a write could run, whichever portal it came to. */
export async function untilReady(person: Person): Promise<Said> {
	const ready = ({ status, body }: Said) => status === 200 && body.ready === true;
	const [first] = await untilEach('ready prerequisites', person, ready);
	return first as Said;
}
