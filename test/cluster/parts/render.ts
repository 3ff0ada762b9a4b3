import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHART, over, RELEASE, VALUES, withValues } from '../chart.ts';
import { helm, kubectl, type Manifest, run } from '../kube.ts';
import { NAMESPACE } from '../settings.ts';

/* `helm install --dry-run=server` takes unknown fields; the API server's strict validation does not. */

const EVERYTHING = {
	autoscaling: { enabled: true },
	ingress: { enabled: true, className: 'nginx', tlsSecret: 'tls', annotations: { a: 'b' } },
	metrics: {
		serviceMonitor: { enabled: true },
		prometheusRule: { enabled: true },
		dashboard: { enabled: true },
	},
	networkPolicy: { cilium: { enabled: true } },
	mcp: { github: { egressProxy: { url: 'http://proxy.example.test:3128', noProxy: '.svc' } } },
	image: { pullSecrets: ['registry'] },
	affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
	nodeSelector: { 'kubernetes.io/os': 'linux' },
	tolerations: [{ key: 'spot', operator: 'Exists' }],
	priorityClassName: 'system-cluster-critical',
	extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=512' }],
	service: { type: 'LoadBalancer' },
};

const overlays = readdirSync(CHART).filter((name) => /^values-.*\.yaml$/.test(name));

async function render(values: object, ...more: string[]): Promise<Manifest[]> {
	const text = await withValues({ ...values }, (file) =>
		helm('template', RELEASE, CHART, '-n', NAMESPACE, ...more, '-f', file),
	);
	return parseAllDocuments(text)
		.map((document) => document.toJS() as Manifest | null)
		.filter((object) => object !== null);
}

let served: Set<string> | null = null;

/** Splits by whether this cluster knows the kind: those of operators that are not here are checked by schema elsewhere. */
async function known(objects: readonly Manifest[]): Promise<{ here: Manifest[]; elsewhere: string[] }> {
	served ??= new Set((await kubectl('api-versions')).split('\n'));
	const here = objects.filter(({ apiVersion }) => served?.has(apiVersion));
	const elsewhere = objects.filter((object) => !here.includes(object)).map(({ kind }) => kind);
	return { here, elsewhere: [...new Set(elsewhere)] };
}

const validate = (objects: readonly Manifest[]) =>
	run(
		'kubectl',
		['apply', '-n', NAMESPACE, '--dry-run=server', '--validate=strict', '-f', '-'],
		JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
	);

async function expectAccepted(objects: readonly Manifest[]): Promise<void> {
	const { here, elsewhere } = await known(objects);
	if (elsewhere.length > 0)
		console.log(`no such kind in this cluster, checked by schema only: ${elsewhere.join(', ')}`);
	expect(here.length).toBeGreaterThan(5);
	const { code, stderr } = await validate(here);
	expect(code, stderr).toBe(0);
}

describe('the API server accepts the chart, strictly', () => {
	it('with what an operator writes for this cluster', async () => {
		await expectAccepted(await render(VALUES));
	});

	it('with every switch on', async () => {
		await expectAccepted(await render(over(VALUES, EVERYTHING)));
	});

	it('with GitHub off', async () => {
		await expectAccepted(await render(over(VALUES, { mcp: { github: { enabled: false } } })));
	});

	for (const overlay of overlays) {
		it(`with ${overlay}`, async () => {
			await expectAccepted(await render(VALUES, '-f', `${CHART}/${overlay}`));
		});
	}

	it('and would refuse a field that does not exist', async () => {
		const objects = await render(VALUES);
		const deployment = objects.find(({ kind }) => kind === 'Deployment');
		Object.assign(deployment?.spec as object, { replicaz: 2 });
		const { here } = await known(objects);
		const { code, stderr } = await validate(here);
		expect(code).not.toBe(0);
		expect(stderr).toContain('replicaz');
	});
});
