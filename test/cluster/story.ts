import { afterAll, beforeAll } from 'vitest';
import { applySecrets } from './chart.ts';
import { helm, kubectl, run } from './kube.ts';
import { clientPlace, type GitHub, openGitHub, type Person, signIn } from './portal.ts';
import { openRelay, type Relay } from './relay.ts';
import { DATABASE_NAMESPACE, NAMESPACE } from './settings.ts';
import { buildWorld, makeCertificates, removeWorld } from './world.ts';

/* What the parts share: the world around the portal, stood up once, and whoever is signed in. */

interface Story {
	readonly client: Relay;
	readonly github: GitHub;
}

let story: Story | null = null;
let signedIn: Promise<Person> | null = null;
const figures: string[] = [];

beforeAll(async () => {
	const { authority, ...rest } = makeCertificates();
	await buildWorld({ authority, ...rest });
	await applySecrets(authority);
	story = { client: await openRelay(clientPlace), github: await openGitHub() };
}, 180_000);

afterAll(async () => {
	for (const figure of figures) console.log(`figure: ${figure}`);
	story?.client.close();
	story?.github.close();
	// The kit throws its whole cluster away; somebody's own is left as it was.
	if (process.env.CLUSTER_KEEP === undefined) {
		await helm('uninstall', 'karc-portal', '-n', NAMESPACE, '--ignore-not-found', '--wait=hookOnly');
		await removeWorld();
	}
}, 120_000);

const there = (): Story => {
	if (story === null) throw new Error('the world is not there');
	return story;
};

export const client = (): Relay => there().client;
export const github = (): GitHub => there().github;

/** The first admin, who is signed in when somebody first asks. */
export function admin(): Promise<Person> {
	signedIn ??= signIn(client());
	return signedIn;
}

/** A new root key ends every session. */
export function signedOut(): void {
	signedIn = null;
}

/** A measured number, printed at the end for docs/performance.md. */
export function figure(text: string): void {
	figures.push(text);
}

/** `portal smoke` as a person runs it in the cluster: in a pod, through the Service. Gives exit code and report. */
export async function smoke(...more: string[]): Promise<{ exit: number; steps: SmokeStep[]; printed: string }> {
	const { namespace, pod } = clientPlace;
	const command = ['/usr/local/bin/portal', 'smoke', '--json', ...SMOKE_TARGET, ...more];
	const ran = await run('kubectl', ['-n', namespace, 'exec', pod, '--', ...command]);
	const report = /^\{.*\}\s*$/s.test(ran.stdout) ? (JSON.parse(ran.stdout) as { steps?: SmokeStep[] }) : {};
	return { exit: ran.code, steps: report.steps ?? [], printed: `${ran.stdout}${ran.stderr}` };
}

export interface SmokeStep {
	readonly step: string;
	readonly result: string;
	readonly code?: string;
	readonly reason?: string;
	readonly ms: number;
}

const SMOKE_TARGET = [
	...['--url', 'http://karc-portal.karc-test.svc.cluster.local', '--tenant', 'acme', '--owner', 'acme'],
	...['--repo', 'payments-api', '--email', 'root@cluster.test'],
];

/** psql in the database's pod, as one of its roles; the password goes the way that it goes for the portal. */
export async function psql(url: string, sql: string): Promise<{ code: number; said: string }> {
	const program = '/usr/lib/postgresql/15/bin/psql';
	const local = url.replace(/@[^/]+\//, '@127.0.0.1:5432/');
	const ran = await run('kubectl', [
		...['-n', DATABASE_NAMESPACE, 'exec', 'deploy/postgres', '--', program, local, '-v', 'ON_ERROR_STOP=1'],
		...['-A', '-t', '-c', sql],
	]);
	return { code: ran.code, said: `${ran.stdout}${ran.stderr}`.trim() };
}

interface Stats {
	readonly pods: readonly {
		readonly podRef: { readonly namespace: string };
		readonly containers?: readonly { readonly name: string; readonly memory?: { readonly workingSetBytes?: number } }[];
	}[];
}

/** Working set of every container of that name, in MiB, as the kubelet counts it; those that it has not looked at yet are left out. */
export async function memoryOf(container: string): Promise<number[]> {
	const [node = ''] = (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
	const { pods } = JSON.parse(
		await kubectl('get', '--raw', `/api/v1/nodes/${node.replace('node/', '')}/proxy/stats/summary`),
	) as Stats;
	return pods
		.filter(({ podRef }) => podRef.namespace === NAMESPACE)
		.flatMap(({ containers }) => containers ?? [])
		.filter(({ name, memory }) => name === container && (memory?.workingSetBytes ?? 0) > 0)
		.map(({ memory }) => Math.round((memory?.workingSetBytes ?? 0) / 2 ** 20));
}
