import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apply, helm } from './kube.ts';
import {
	CLIENT_LABELS,
	DATABASE_NAMESPACE,
	DATABASE_URL,
	GITHUB_HOST,
	IMAGES,
	MIGRATION_URL,
	NAMESPACE,
	PORTAL_URL,
	SECRETS,
} from './settings.ts';

export const CHART = join(import.meta.dirname, '../../chart/karc-portal');
export const RELEASE = 'karc-portal';
/** The lease of a write is this and a margin: a test cannot wait for the default. */
const UPSTREAM_TIMEOUT_MS = 6_000;

type Values = { [name: string]: unknown };

/** How the values name an image: registry, repository and tag apart. */
export function imageValues(name: string): Values {
	const [, registry, repository, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(name) ?? [];
	return { registry, repository, tag };
}

/** What an operator would write for this cluster (docs/runbook.md); everything else stays as the chart has it. */
export const VALUES: Values = {
	image: imageValues(IMAGES.portal),
	env: {
		PORTAL_URL,
		PORTAL_UPSTREAM_TIMEOUT_MS: UPSTREAM_TIMEOUT_MS,
		// The load comes from one person.
		PORTAL_RATE_PER_MINUTE: 100_000,
		PORTAL_WRITE_BUDGET: 'off',
	},
	database: { migration: { existingSecret: 'karc-portal-migration' } },
	firstAdmin: { existingSecret: 'portal-first-admin' },
	privateCA: { configMap: 'private-ca' },
	mcp: { github: { enabled: true, host: `https://${GITHUB_HOST}`, image: imageValues(IMAGES.sidecar) } },
	networkPolicy: {
		postgres: {
			peers: [
				{
					namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': DATABASE_NAMESPACE } },
					podSelector: { matchLabels: { app: 'postgres' } },
				},
			],
		},
		portal: { extraIngress: [{ from: [{ podSelector: { matchLabels: CLIENT_LABELS } }] }] },
	},
	smoke: {
		enabled: true,
		tenant: 'acme',
		owner: 'acme',
		repo: 'payments-api',
		email: SECRETS.adminEmail,
		existingSecret: 'portal-smoke',
	},
};

/** Lays one set of values over another, as a second `-f` does. */
export function over(base: Values, changes: Values): Values {
	const merged: Values = { ...base };
	for (const [name, value] of Object.entries(changes)) {
		const below = base[name];
		merged[name] = isValues(value) && isValues(below) ? over(below, value) : value;
	}
	return merged;
}

const isValues = (value: unknown): value is Values =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Calls `work` with a file of these values: `helm … -f FILE`. JSON is YAML. */
export async function withValues<T>(values: Values, work: (file: string) => Promise<T>): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), 'portal-values-'));
	const file = join(folder, 'values.json');
	writeFileSync(file, JSON.stringify(values));
	try {
		return await work(file);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** `helm upgrade` to these values, waited for. */
export async function upgrade(values: Values): Promise<void> {
	await withValues(values, (file) =>
		helm('upgrade', RELEASE, CHART, '-n', NAMESPACE, '-f', file, '--wait', '--timeout', '180s'),
	);
}

/** The Secrets that the chart or the values name, as the runbook makes them, and the authority that the sidecar is to believe. */
export async function applySecrets(authority: string, namespace = NAMESPACE): Promise<void> {
	const secret = (name: string, stringData: Record<string, string>) => ({
		apiVersion: 'v1',
		kind: 'Secret',
		metadata: { name, namespace },
		stringData,
	});
	await apply(
		secret('karc-portal-database', { DATABASE_URL }),
		secret('karc-portal-migration', { DATABASE_MIGRATION_URL: MIGRATION_URL }),
		secret('karc-portal-root-key', { PORTAL_SECRET: SECRETS.portalSecret }),
		secret('portal-first-admin', {
			PORTAL_ADMIN_EMAIL: SECRETS.adminEmail,
			PORTAL_ADMIN_PASSWORD: SECRETS.adminPassword,
		}),
		secret('portal-smoke', { PORTAL_SMOKE_PASSWORD: SECRETS.adminPassword }),
		{
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: { name: 'private-ca', namespace },
			data: { 'ca.crt': authority },
		},
	);
}
