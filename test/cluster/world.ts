import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POSTGRES_UID } from './images/postgres.ts';
import { apply, kubectl, type Manifest } from './kube.ts';
import {
	CLIENT_LABELS,
	DATABASE_NAMESPACE,
	GITHUB_HOST,
	GITHUB_NAMESPACE,
	IMAGES,
	NAMESPACE,
	SECRETS,
	STRANGER_NAMESPACE,
} from './settings.ts';

const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };
const NAMESPACES = [NAMESPACE, DATABASE_NAMESPACE, GITHUB_NAMESPACE, STRANGER_NAMESPACE];

const confined = {
	allowPrivilegeEscalation: false,
	capabilities: { drop: ['ALL'] },
	readOnlyRootFilesystem: true,
};
const podSecurity = (uid: number, more: object = {}) => ({
	runAsNonRoot: true,
	runAsUser: uid,
	runAsGroup: uid,
	fsGroup: uid,
	seccompProfile: { type: 'RuntimeDefault' },
	...more,
});
const modest = { requests: { cpu: '10m', memory: '32Mi' } };

function deployment(namespace: string, name: string, spec: object, labels: Record<string, string> = {}): Manifest {
	const all = { app: name, ...labels };
	return {
		apiVersion: 'apps/v1',
		kind: 'Deployment',
		metadata: { name, namespace },
		spec: {
			replicas: 1,
			strategy: { type: 'Recreate' },
			selector: { matchLabels: { app: name } },
			template: {
				metadata: { labels: all },
				spec: {
					enableServiceLinks: false,
					automountServiceAccountToken: false,
					terminationGracePeriodSeconds: 2,
					...spec,
				},
			},
		},
	};
}

const service = (namespace: string, name: string, port: number): Manifest => ({
	apiVersion: 'v1',
	kind: 'Service',
	metadata: { name, namespace },
	spec: { selector: { app: name }, ports: [{ port, targetPort: port }] },
});

/** An owner who migrates and a role that serves, as a database administrator would make them (docs/runbook.md). */
const ROLES = `CREATE ROLE portal_owner LOGIN PASSWORD '${SECRETS.ownerPassword}';

CREATE ROLE portal_app LOGIN PASSWORD '${SECRETS.servingPassword}';

CREATE DATABASE portal OWNER portal_owner;

`;

const postgres = (): Manifest[] => [
	{
		apiVersion: 'v1',
		kind: 'Secret',
		metadata: { name: 'roles', namespace: DATABASE_NAMESPACE },
		stringData: { 'roles.sql': ROLES },
	},
	service(DATABASE_NAMESPACE, 'postgres', 5432),
	deployment(DATABASE_NAMESPACE, 'postgres', {
		securityContext: podSecurity(POSTGRES_UID),
		containers: [
			{
				name: 'postgres',
				image: IMAGES.postgres,
				securityContext: confined,
				resources: modest,
				readinessProbe: {
					exec: { command: ['/usr/lib/postgresql/15/bin/pg_isready', '-h', '127.0.0.1'] },
					periodSeconds: 1,
				},
				volumeMounts: [
					{ name: 'data', mountPath: '/data' },
					{ name: 'tmp', mountPath: '/tmp' },
					{ name: 'init', mountPath: '/init' },
				],
			},
		],
		volumes: [
			{ name: 'data', emptyDir: {} },
			{ name: 'tmp', emptyDir: {} },
			{ name: 'init', secret: { secretName: 'roles' } },
		],
	}),
];

export interface Certificates {
	/** PEM of the private authority: what the sidecar must be told to believe. */
	readonly authority: string;
	readonly certificate: string;
	readonly key: string;
}

/** A private authority, and the certificate of the sandbox GitHub by it. */
export function makeCertificates(): Certificates {
	const folder = mkdtempSync(join(tmpdir(), 'portal-ca-'));
	const openssl = (...args: string[]) =>
		execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
	const read = (name: string) => readFileSync(join(folder, name), 'utf8');
	const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	try {
		openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=Cluster test CA');
		openssl('req', ...ec, '-keyout', 'tls.key', '-out', 'tls.csr', '-subj', `/CN=${GITHUB_HOST}`);
		writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${GITHUB_HOST}\nextendedKeyUsage=serverAuth\n`);
		const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '2'];
		openssl('x509', '-req', '-in', 'tls.csr', ...signed, '-out', 'tls.crt');
		return { authority: read('ca.crt'), certificate: read('tls.crt'), key: read('tls.key') };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The port of the switches, which answer in the pod only. */
export const GITHUB_SWITCHES = 'http://127.0.0.1:3001/_sandbox';

/*
 * NetworkPolicies see the pod behind a Service, port included: to be where GitHub is, the pod itself has to listen on 443.
 * The system call that lets any user do so is among those that `restricted` allows.
 */
const github = ({ certificate, key }: Certificates): Manifest[] => [
	{
		apiVersion: 'v1',
		kind: 'Secret',
		type: 'kubernetes.io/tls',
		metadata: { name: 'tls', namespace: GITHUB_NAMESPACE },
		stringData: { 'tls.crt': certificate, 'tls.key': key },
	},
	service(GITHUB_NAMESPACE, 'github', 443),
	deployment(GITHUB_NAMESPACE, 'github', {
		securityContext: podSecurity(10_001, { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] }),
		containers: [
			{
				name: 'github',
				image: IMAGES.github,
				args: [
					...['--no-sidecar', '--enterprise', '--host', '0.0.0.0', '--port', '443', '--github-port', '3001'],
					...['--origin', `https://${GITHUB_HOST}`, '--tls-cert', '/tls/tls.crt', '--tls-key', '/tls/tls.key'],
					...['--token', SECRETS.pat, '--login', 'karc-bot'],
				],
				securityContext: confined,
				resources: modest,
				readinessProbe: { tcpSocket: { port: 443 }, periodSeconds: 1 },
				volumeMounts: [{ name: 'tls', mountPath: '/tls' }],
			},
		],
		volumes: [{ name: 'tls', secret: { secretName: 'tls' } }],
	}),
];

/** Pods that only stand in a place of the network; requests are made from them by `openRelay`. */
const standing = (namespace: string, name: string, labels: Record<string, string> = {}, env: object[] = []): Manifest =>
	deployment(
		namespace,
		name,
		{
			securityContext: podSecurity(10_001),
			containers: [
				{
					name,
					image: IMAGES.portal,
					command: ['/usr/local/bin/node', '-e', LISTEN],
					env,
					securityContext: confined,
					resources: modest,
				},
			],
		},
		labels,
	);

/** Answers on 8080, so that “does not get through” means the policy and not that nobody is there. */
const LISTEN = `process.on('SIGTERM', () => process.exit(0));
require('node:http').createServer((_, answer) => answer.end('here')).listen(8080);`;

/** Namespaces, database, GitHub, a client of the portal and a stranger: all that is there before the portal is installed. */
export async function buildWorld(certificates: Certificates): Promise<void> {
	await apply(
		...NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: RESTRICTED } })),
	);
	await apply(
		...postgres(),
		...github(certificates),
		standing(NAMESPACE, 'client', CLIENT_LABELS, [{ name: 'PORTAL_SMOKE_PASSWORD', value: SECRETS.adminPassword }]),
		standing(STRANGER_NAMESPACE, 'stranger'),
		service(STRANGER_NAMESPACE, 'stranger', 8080),
	);
	for (const [namespace, name] of [
		[DATABASE_NAMESPACE, 'postgres'],
		[GITHUB_NAMESPACE, 'github'],
		[NAMESPACE, 'client'],
		[STRANGER_NAMESPACE, 'stranger'],
	] as const) {
		await kubectl('-n', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=90s');
	}
}

/** Takes away what `buildWorld` made, and what was installed into it. */
export async function removeWorld(): Promise<void> {
	await kubectl('delete', 'namespace', ...NAMESPACES, '--ignore-not-found', '--wait=false');
}
