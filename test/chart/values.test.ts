import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, parse, parseDocument, type YAMLMap } from 'yaml';
import { CHART, tryRender } from './helm.ts';

const source = readFileSync(join(CHART, 'values.yaml'), 'utf8');

interface Schema {
	readonly properties?: Record<string, Schema>;
	readonly additionalProperties?: boolean;
	readonly allOf?: readonly Schema[];
	readonly $ref?: string;
}
const schema = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema & {
	definitions: Record<string, Schema>;
};

/** A schema with what it refers to. */
function resolved({ $ref, allOf = [], ...own }: Schema): Schema {
	const there = $ref === undefined ? {} : resolved(schema.definitions[$ref.replace('#/definitions/', '')] ?? {});
	const parts = [there, own, ...allOf.map(resolved)];
	return { ...own, properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})) };
}

/** Maps whose keys are anybody's, and lists that only look like maps. */
const OPEN = /(annotations|labels|Labels|Annotations|nodeSelector|affinity|resources)$/;

describe('the schema of the values', () => {
	it('names exactly the values of values.yaml, at every depth', () => {
		const compare = (values: Record<string, unknown>, { properties = {} }: Schema, path: string) => {
			const known = Object.keys(properties).filter((name) => path !== '' || name !== 'global');
			expect(Object.keys(values).sort(), path).toEqual(known.sort());
			for (const [name, value] of Object.entries(values)) {
				const at = path === '' ? name : `${path}.${name}`;
				if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
				if (OPEN.test(at) || /^(mcp\.github\.)?probes\./.test(at)) continue;
				compare(value as Record<string, unknown>, resolved(properties[name] ?? {}), at);
			}
		};
		compare(parse(source), resolved(schema), '');
	});

	it('is closed everywhere: an object is either of free texts or names its fields', () => {
		const open: string[] = [];
		const visit = (part: unknown, path: string) => {
			if (typeof part !== 'object' || part === null) return;
			const { type, properties, additionalProperties } = part as Schema & { type?: unknown };
			if (type === 'object' && properties !== undefined && additionalProperties !== false) open.push(path);
			for (const [name, value] of Object.entries(part)) visit(value, `${path}/${name}`);
		};
		visit(schema, '');
		expect(open).toEqual([]);
	});
});

describe('values.yaml', () => {
	it('says of every value what it is for', () => {
		const silent: string[] = [];
		const visit = (map: YAMLMap, path: string) => {
			map.items.forEach((pair, index) => {
				const key = isScalar(pair.key) ? pair.key : null;
				if (key === null) return;
				const at = path === '' ? String(key.value) : `${path}.${key.value}`;
				// The comment of a map's first key is stored with the map.
				const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : null);
				const grouped = ['mcp', 'mcp.github'].includes(at) || /(^|\.)(enabled|requests|limits)$/.test(at);
				if (!grouped && !comment) silent.push(at);
				if (isMap(pair.value) && !pair.value.flow) visit(pair.value, at);
			});
		};
		const document = parseDocument(source);
		if (isMap(document.contents)) visit(document.contents, '');
		expect(silent).toEqual([]);
	});
});

describe('[chart-fail-early] a value that is not as it should be is refused with its name', () => {
	const refused: [string, object, string][] = [
		['a name with a typo', { replica: 3 }, "'replica' not allowed"],
		['a typo further in', { mcp: { github: { enable: true } } }, "'enable' not allowed"],
		['an unknown setting', { env: { PORTAL_RATE: 1 } }, "'PORTAL_RATE' not allowed"],
		['a secret among the settings', { env: { PORTAL_SECRET: 'x' } }, "'PORTAL_SECRET' not allowed"],
		['a typo in resources', { resources: { limits: { memry: '1Gi' } } }, "'memry' not allowed"],
		['a typo in a peer', { networkPolicy: { postgres: { peers: [{ ipblock: {} }] } } }, "'ipblock' not allowed"],
		['a typo in an egress rule', { networkPolicy: { portal: { extraEgress: [{ too: [] }] } } }, "'too' not allowed"],
		['a GitHub host without scheme', { mcp: { github: { host: 'github.example.com' } } }, '/mcp/github/host'],
		['a GitHub host with a port', { mcp: { github: { host: 'https://github.example.com:8443' } } }, '/mcp/github/host'],
		['a GitHub host with a path', { mcp: { github: { host: 'https://example.com/github' } } }, '/mcp/github/host'],
		['a portal URL without scheme', { env: { PORTAL_URL: 'portal.example.com' } }, '/env/PORTAL_URL'],
		['a portal URL with a path', { env: { PORTAL_URL: 'https://example.com/portal' } }, '/env/PORTAL_URL'],
		['an unknown log level', { env: { LOG_LEVEL: 'loud' } }, '/env/LOG_LEVEL'],
		['a rate of nothing', { env: { PORTAL_RATE_PER_MINUTE: 0 } }, '/env/PORTAL_RATE_PER_MINUTE'],
		['a budget of nothing', { env: { PORTAL_WRITE_BUDGET: '0/m' } }, '/env/PORTAL_WRITE_BUDGET'],
		['a number as text', { env: { PORTAL_SHUTDOWN_DELAY_MS: '5s' } }, '/env/PORTAL_SHUTDOWN_DELAY_MS'],
		['a proxy that is no address', { env: { PORTAL_TRUSTED_PROXIES: ['ingress'] } }, '/env/PORTAL_TRUSTED_PROXIES/0'],
		[
			'a server URL with a password',
			{ env: { MCP_GITHUB_SERVER_URL: 'https://a:b@c/' } },
			'/env/MCP_GITHUB_SERVER_URL',
		],
		['a digest without its algorithm', { image: { digest: '0123' } }, '/image/digest'],
		['a tag with a digest in it', { image: { tag: '0.1.0@sha256:00' } }, '/image/tag'],
		['no tag at all for the sidecar', { mcp: { github: { image: { tag: '' } } } }, '/mcp/github/image'],
		['a pull policy in lower case', { image: { pullPolicy: 'always' } }, '/image/pullPolicy'],
		['no replica', { replicas: 0 }, '/replicas'],
		[
			'a proxy with a password',
			{ mcp: { github: { egressProxy: { url: 'http://a:b@proxy:1' } } } },
			'/egressProxy/url',
		],
		['an argument that is none', { mcp: { github: { args: ['stdio'] } } }, '/mcp/github/args/0'],
		['the same tool twice', { mcp: { github: { tools: ['get_me', 'get_me'] } } }, '/mcp/github/tools'],
		['labels that select pods', { podLabels: { 'app.kubernetes.io/name': 'other' } }, '/podLabels'],
		['a volume of a kind that is none', { extraVolumes: [{ name: 'a', emptydir: {} }] }, "'emptydir' not allowed"],
		['a checksum', { podAnnotations: { 'checksum/config': 'mine' } }, '/podAnnotations'],
		['a budget of nothing', { podDisruptionBudget: { maxUnavailable: 0 } }, '/podDisruptionBudget/maxUnavailable'],
		[
			'a short password for a trial',
			{ trialSecret: { data: { PORTAL_ADMIN_PASSWORD: 'short' } } },
			'PORTAL_ADMIN_PASSWORD',
		],
		['a short root key for a trial', { trialSecret: { data: { PORTAL_SECRET: 'short' } } }, 'PORTAL_SECRET'],
		['DNS from nowhere', { networkPolicy: { dns: [] } }, '/networkPolicy/dns'],
		['a tenant that is no slug', { smoke: { tenant: 'Acme Inc' } }, '/smoke/tenant'],
	];
	it.each(refused)('%s', (_what, values, place) => {
		const done = tryRender(values);
		expect(done).toMatchObject({ ok: false, why: expect.stringContaining(place) });
	});
});
