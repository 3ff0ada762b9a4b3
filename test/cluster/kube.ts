import { spawn } from 'node:child_process';

export interface Ran {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a program to its end. Nothing is thrown for what it answers: the caller judges. */
export function run(command: string, args: readonly string[], input?: string): Promise<Ran> {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
		const said = { stdout: '', stderr: '' };
		for (const name of ['stdout', 'stderr'] as const) {
			child[name].setEncoding('utf8').on('data', (text: string) => {
				said[name] += text;
			});
		}
		child.once('error', reject);
		child.once('close', (code) => resolve({ code: code ?? -1, ...said }));
		// A program that ends without reading its input is judged by its exit code.
		child.stdin.on('error', () => {});
		child.stdin.end(input ?? '');
	});
}

async function must(command: string, args: readonly string[], input?: string): Promise<string> {
	const ran = await run(command, args, input);
	if (ran.code === 0) return ran.stdout;
	throw new Error(`${command} ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
}

/** kubectl, which has to succeed. Gives what it printed. */
export const kubectl = (...args: string[]): Promise<string> => must('kubectl', args);

/** helm, which has to succeed. Gives what it printed. */
export const helm = (...args: string[]): Promise<string> => must('helm', args);

export type Manifest = { apiVersion: string; kind: string } & Record<string, unknown>;

/** Creates or changes objects, as `kubectl apply` does. */
export async function apply(...objects: Manifest[]): Promise<void> {
	const list = { apiVersion: 'v1', kind: 'List', items: objects };
	await must('kubectl', ['apply', '-f', '-'], JSON.stringify(list));
}

/** What `kubectl get … -o json` says. */
export async function get<T>(namespace: string, ...args: string[]): Promise<T> {
	return JSON.parse(await kubectl('-n', namespace, 'get', ...args, '-o', 'json')) as T;
}

export interface Pod {
	readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
	readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
	readonly status: {
		readonly phase: string;
		readonly podIP?: string;
		readonly conditions?: readonly { readonly type: string; readonly status: string }[];
		readonly containerStatuses?: readonly {
			readonly restartCount: number;
			readonly state: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
			readonly lastState: { readonly terminated?: { readonly exitCode: number } };
		}[];
	};
}

/** The pods of a selector that are not on their way out. */
export async function pods(namespace: string, selector: string): Promise<Pod[]> {
	const { items } = await get<{ items: Pod[] }>(namespace, 'pods', '-l', selector);
	return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Waits for pods on their way out: until they are gone they finish what they were asked, as they were before. */
export async function untilGone(namespace: string, selector: string): Promise<void> {
	await until(
		'the pods before to be gone',
		() => get<{ items: Pod[] }>(namespace, 'pods', '-l', selector),
		({ items }) => items.every(({ metadata }) => metadata.deletionTimestamp === undefined),
		{ within: 90_000, every: 500 },
	);
}

export const isReady = (pod: Pod): boolean =>
	pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Asks until the answer satisfies, or throws with the last answer when the time is over. */
export async function until<T>(
	what: string,
	ask: () => Promise<T>,
	satisfies: (answer: T) => boolean,
	{ within = 30_000, every = 250 } = {},
): Promise<T> {
	const deadline = Date.now() + within;
	for (;;) {
		let last: unknown;
		try {
			const answer = await ask();
			if (satisfies(answer)) return answer;
			last = answer;
		} catch (cause) {
			last = cause;
		}
		if (Date.now() > deadline) {
			const said = last instanceof Error ? last.message : JSON.stringify(last);
			throw new Error(`Waited ${within / 1000} s for ${what}. The last answer: ${said}`);
		}
		await new Promise((resolve) => setTimeout(resolve, every));
	}
}
