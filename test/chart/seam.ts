import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedTools } from '#core/registry/pins';
import { provider } from '#core/registry/providers';
import { readEnv } from '#src/env';
import { type Anything, type KubeObject, one } from './helm.ts';
import { podSpecOf } from './pod-security.ts';

/*
 * Where the chart, the portal's code and the two images meet. The first install of the original failed at five such
 * places, each of which every check had let pass. Each is a check here that compares the rendered objects with the other
 * side itself, and seam.test.ts puts each bug back to see that its check finds it.
 */

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const SIDECAR = 'karc-portal-github-mcp';
/** What `github-mcp-server http --help` of v1.0.4 lists. */
const FLAGS = [
	'base-path base-url content-window-size dynamic-toolsets enable-command-logging exclude-tools export-translations',
	'features gh-host insiders lockdown-mode log-file port read-only repo-access-cache-ttl scope-challenge tools toolsets',
].flatMap((line) => line.split(' '));
/** Known to v1.0.4 and still wrong here: ignored, gone in the next version, or in the way of the tools. */
const NOT_FOR_US = [
	'dynamic-toolsets',
	'enable-command-logging',
	'features',
	'insiders',
	'lockdown-mode',
	'read-only',
	'toolsets',
];

type Check = (objects: readonly KubeObject[]) => string[];

function containers(objects: readonly KubeObject[]): { readonly pod: Anything; readonly container: Anything }[] {
	return objects.flatMap((object) => {
		const pod = podSpecOf(object);
		return pod === undefined
			? []
			: [...(pod.initContainers ?? []), ...pod.containers].map((container: Anything) => ({ pod, container }));
	});
}

const sidecar = (objects: readonly KubeObject[]) =>
	one(objects, 'Deployment', SIDECAR).spec.template.spec.containers[0];

/** Images that were never published, or are another version than the code was written for. */
const imageTags: Check = (objects) => {
	const { version } = JSON.parse(read('package.json')) as { version: string };
	const wanted = [
		`ghcr.io/sarc-portal/portal:${version}`,
		`ghcr.io/github/github-mcp-server:v${provider('github')?.version}`,
	];
	return containers(objects).flatMap(({ container }) =>
		wanted.includes(container.image) ? [] : [`${container.name}: image ${container.image}`],
	);
};

/** The portal is told where the sidecar is, and that it is its own. */
const wiring: Check = (objects) => {
	const service = one(objects, 'Service', SIDECAR);
	const [portal] = one(objects, 'Deployment').spec.template.spec.containers;
	const settings = Object.assign(
		{ DATABASE_URL: 'postgresql://a/b', PORTAL_SECRET: 'x'.repeat(32) },
		...(portal.envFrom ?? []).map((source: Anything) => one(objects, 'ConfigMap', source.configMapRef.name).data),
	);
	const env = readEnv(settings, { sandbox: false });
	if (!env.ok) return [env.error];
	const url = `http://${service.metadata.name}:${service.spec.ports[0].port}/`;
	const problems: string[] = [];
	if (env.value.githubServerUrl !== url)
		problems.push(`the portal looks for the sidecar at ${env.value.githubServerUrl}`);
	if (!env.value.exactTools) problems.push('the portal does not check that the sidecar serves nothing else');
	const listens = sidecar(objects).ports.find((port: Anything) => port.name === service.spec.ports[0].targetPort);
	const { args } = sidecar(objects);
	if (String(listens?.containerPort) !== args[args.indexOf('--port') + 1])
		problems.push('the Service leads to another port');
	return problems;
};

/** A user that the kubelet can check without the image (numeric), and under which the image can run. */
const users: Check = (objects) => {
	const ofImage = /^USER (\d+):(\d+)$/m.exec(read('Dockerfile'));
	return containers(objects).flatMap(({ pod, container }) => {
		const { runAsNonRoot, runAsUser, runAsGroup } = { ...pod.securityContext, ...container.securityContext };
		const own = container.image.includes('sarc-portal/portal');
		if (runAsNonRoot !== true) return [`${container.name}: runAsNonRoot is ${runAsNonRoot}`];
		// The sidecar's image says nothing, which is root: without a number here the pod would not start.
		if (!Number.isInteger(runAsUser) || runAsUser === 0) return [`${container.name}: runAsUser is ${runAsUser}`];
		if (own && `${runAsUser}:${runAsGroup}` !== `${ofImage?.[1]}:${ofImage?.[2]}`)
			return [`${container.name}: runs as ${runAsUser}:${runAsGroup}, its image is made for another`];
		return [];
	});
};

/** Arguments that the pinned server knows and that do here what they say. */
const serverArguments: Check = (objects) => {
	const [command, ...args] = sidecar(objects).args as string[];
	const problems = command === 'http' ? [] : [`the command is ${command}`];
	for (const arg of args) {
		const flag = /^--([^=]+)/.exec(arg)?.[1]?.replaceAll('_', '-');
		if (flag === undefined) continue;
		if (!FLAGS.includes(flag) || NOT_FOR_US.includes(flag)) problems.push(`argument --${flag}`);
	}
	return problems;
};

/** Exactly the tools that the portal relies on. With one name that it does not know, v1.0.4 serves every tool. */
const toolNames: Check = (objects) => {
	const served =
		(sidecar(objects).args as string[])
			.find((arg) => arg.startsWith('--tools='))
			?.slice('--tools='.length)
			.split(',') ?? [];
	const used = pinnedTools('github').map(({ name }) => name);
	return [
		...served.filter((name) => !used.includes(name)).map((name) => `serves ${name}`),
		...used.filter((name) => !served.includes(name)).map((name) => `lacks ${name}`),
	];
};

/** The five, by the name that the original's install gave them. Each says what is wrong. */
export const checks = {
	'wrong image tag': imageTags,
	'missing env wiring': wiring,
	'non-root mismatch': users,
	'deprecated argument': serverArguments,
	'stale tool name': toolNames,
} as const satisfies Record<string, Check>;
