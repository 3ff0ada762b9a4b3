import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { envExample, readEnv } from '#src/env';
import { type Anything, CHART, EVERYTHING, type KubeObject, one, render } from './helm.ts';

const SECRETS = {
	DATABASE_URL: 'postgresql://portal:secret@postgres/portal',
	DATABASE_MIGRATION_URL: 'postgresql://owner:secret@postgres/portal',
	PORTAL_SECRET: 'a secret of thirty-two bytes or more',
	PORTAL_SECRET_PREVIOUS: 'another secret of thirty-two bytes or more',
	PORTAL_ADMIN_EMAIL: 'ada@example.com',
	PORTAL_ADMIN_PASSWORD: 'a long password',
};

const container = (objects: readonly KubeObject[]) => one(objects, 'Deployment').spec.template.spec.containers[0];
const migration = (objects: readonly KubeObject[]) => one(objects, 'Deployment').spec.template.spec.initContainers[0];

/** The environment of a container as Kubernetes would make it; every Secret holds what it should. */
function environment(objects: readonly KubeObject[], of: Anything = container(objects)): Record<string, string> {
	const fromMaps = (of.envFrom ?? []).map(
		(source: Anything) => one(objects, 'ConfigMap', source.configMapRef.name).data,
	);
	const single = (of.env ?? []).map(({ name, value }: { name: string; value?: string }) => [
		name,
		value ?? SECRETS[name as keyof typeof SECRETS],
	]);
	return Object.assign({}, ...fromMaps, Object.fromEntries(single));
}

const read = (values: object = {}, files: string[] = []) =>
	readEnv(environment(render(values, { files })), { sandbox: false });

describe('the portal’s environment', () => {
	it('is one that the portal starts with, by default and with everything set', () => {
		const bare = environment(render({}, { bare: true, namespace: 'acme' }));
		expect(readEnv(bare, { sandbox: false })).toMatchObject({
			ok: true,
			value: { url: 'http://karc-portal.acme.svc.cluster.local' },
		});
		expect(read()).toMatchObject({ ok: true, value: { url: 'https://portal.example.com' } });
		expect(read({}, [EVERYTHING])).toMatchObject({ ok: true });
	});

	it('carries each value to the setting that it stands for', () => {
		const done = read({
			env: {
				HOST: '::',
				LOG_LEVEL: 'debug',
				PORTAL_RATE_PER_MINUTE: 1_000_000,
				PORTAL_WRITE_BUDGET: '70/m',
				PORTAL_UPSTREAM_TIMEOUT_MS: 45_000,
				PORTAL_SHUTDOWN_DELAY_MS: 0,
				PORTAL_TRUSTED_PROXIES: ['10.0.0.0/8', '192.0.2.1'],
				MCP_GITHUB_SERVER_URL: 'https://mcp.example.com/github/',
				MCP_GITHUB_EXACT_TOOLS: true,
				GITHUB_WEB_URL: 'https://github.example.com',
			},
			rootKey: { previous: { existingSecret: 'old' }, keyVersion: 7 },
			firstAdmin: { existingSecret: 'admin' },
		});
		expect(done).toMatchObject({
			ok: true,
			value: {
				port: 3000,
				host: '::',
				url: 'https://portal.example.com',
				logLevel: 'debug',
				ratePerMinute: 1_000_000,
				writeBudget: { perMinute: 70, perHour: null },
				upstreamTimeoutMs: 45_000,
				shutdownDelayMs: 0,
				trustedProxies: ['10.0.0.0/8', '192.0.2.1'],
				githubServerUrl: 'https://mcp.example.com/github/',
				exactTools: true,
				githubWebUrl: 'https://github.example.com',
				secret: SECRETS.PORTAL_SECRET,
				previousSecret: SECRETS.PORTAL_SECRET_PREVIOUS,
				keyVersion: 7,
				firstAdmin: { email: SECRETS.PORTAL_ADMIN_EMAIL },
				databaseUrl: SECRETS.DATABASE_URL,
				// The owner's URL is never where requests are answered.
				migrationUrl: null,
			},
		});
	});

	it('can hold every setting there is, but for the sandbox’s and the embedded database’s', () => {
		const all = [...envExample().matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name ?? '');
		const values = parseYaml(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as { env: Record<string, unknown> };
		const everything = render({}, { files: [EVERYTHING] });
		const reachable = new Set([
			...Object.keys(values.env),
			...Object.keys(environment(everything)),
			...Object.keys(environment(everything, migration(everything))),
		]);
		expect(all.length).toBeGreaterThan(15);
		expect(all.filter((name) => !reachable.has(name))).toEqual(['PORTAL_DATA_DIR', 'PORTAL_SANDBOX_PASSWORD']);
		expect(Object.keys(values.env).filter((name) => !all.includes(name))).toEqual([]);
	});

	it('says nothing of what is not set', () => {
		const data = one(render(), 'ConfigMap').data;
		expect(Object.values(data ?? {})).not.toContain('');
		expect(data).not.toHaveProperty('MCP_GITHUB_SERVER_URL');
	});

	it('has its secrets from the Secrets of the runbook unless values name others', () => {
		expect(container(render()).env.map(({ valueFrom }: Anything) => valueFrom.secretKeyRef)).toEqual([
			{ name: 'karc-portal-database', key: 'DATABASE_URL' },
			{ name: 'karc-portal-root-key', key: 'PORTAL_SECRET' },
		]);
	});

	it('has its secrets from the Secrets and keys that the values name, and none in a ConfigMap', () => {
		const objects = render({
			database: { existingSecret: 'db', key: 'url', migration: { existingSecret: 'owner', key: 'owner-url' } },
			rootKey: { existingSecret: 'root', key: 'key', previous: { existingSecret: 'old', key: 'old-key' } },
			firstAdmin: { existingSecret: 'admin', emailKey: 'email', passwordKey: 'password' },
		});
		const refs = (of: Anything) =>
			Object.fromEntries(
				of.env.map(({ name, valueFrom }: Anything) => [
					name,
					`${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`,
				]),
			);
		expect(refs(container(objects))).toEqual({
			DATABASE_URL: 'db/url',
			PORTAL_SECRET: 'root/key',
			PORTAL_SECRET_PREVIOUS: 'old/old-key',
			PORTAL_ADMIN_EMAIL: 'admin/email',
			PORTAL_ADMIN_PASSWORD: 'admin/password',
		});
		expect(refs(migration(objects))).toEqual({ DATABASE_URL: 'db/url', DATABASE_MIGRATION_URL: 'owner/owner-url' });
		for (const { kind, data } of objects) {
			if (kind === 'ConfigMap') expect(Object.keys(data ?? {}).filter((name) => name in SECRETS)).toEqual([]);
		}
	});
});

describe('a trial’s Secret', () => {
	const trial = { create: true, data: { DATABASE_URL: SECRETS.DATABASE_URL, PORTAL_SECRET: SECRETS.PORTAL_SECRET } };

	it('is not there unless asked for', () => {
		expect(render().filter(({ kind }) => kind === 'Secret')).toEqual([]);
	});

	it('holds what was given and is what the portal reads', () => {
		const objects = render({ trialSecret: trial });
		expect(one(objects, 'Secret').stringData).toEqual(trial.data);
		expect(container(objects).env.map(({ valueFrom }: Anything) => valueFrom.secretKeyRef)).toEqual([
			{ name: 'karc-portal', key: 'DATABASE_URL' },
			{ name: 'karc-portal', key: 'PORTAL_SECRET' },
		]);
	});

	it('gives way to a Secret that is named', () => {
		const objects = render({ trialSecret: trial, database: { existingSecret: 'db' } });
		expect(container(objects).env[0].valueFrom.secretKeyRef.name).toBe('db');
	});
});
