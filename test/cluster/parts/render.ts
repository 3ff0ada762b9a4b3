import { describe, expect, it } from 'vitest';
import { parse, renderText } from '#test/chart/helm';
import { renders } from '#test/chart/renders';
import { VALUES } from '../chart.ts';
import { kubectl, type Manifest, run } from '../kube.ts';
import { NAMESPACE } from '../settings.ts';

/* `helm install --dry-run=server` takes unknown fields; the API server's strict validation does not. */

// The one that the cluster's tests use: the chart's own tests would fetch theirs, and a cluster's network has no way out.
process.env.HELM ??= 'helm';

let served: Set<string> | null = null;

/** Splits by whether this cluster knows the kind: those of operators that are not here are checked by schema elsewhere. */
async function known(text: string): Promise<{ here: Manifest[]; elsewhere: string[] }> {
	served ??= new Set((await kubectl('api-versions')).split('\n'));
	const objects = parse(text) as unknown as Manifest[];
	const here = objects.filter(({ apiVersion }) => served?.has(apiVersion));
	const elsewhere = objects.filter((object) => !here.includes(object)).map(({ kind }) => kind);
	return { here, elsewhere: [...new Set(elsewhere)] };
}

const validate = (items: readonly Manifest[]) =>
	run(
		'kubectl',
		['apply', '-n', NAMESPACE, '--dry-run=server', '--validate=strict', '-f', '-'],
		JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
	);

describe('the API server accepts the chart, strictly', () => {
	const all = { ...renders(NAMESPACE), 'what this cluster gets': renderText(VALUES, { namespace: NAMESPACE }) };
	for (const [name, text] of Object.entries(all)) {
		it(`with ${name}`, async () => {
			const { here, elsewhere } = await known(text);
			if (elsewhere.length > 0) console.log(`not in this cluster, checked by schema only: ${elsewhere.join(', ')}`);
			expect(here.length).toBeGreaterThan(5);
			const { code, stderr } = await validate(here);
			expect(code, stderr).toBe(0);
		});
	}

	it('and would refuse a field that does not exist', async () => {
		const { here } = await known(renderText(VALUES, { namespace: NAMESPACE }));
		const deployment = here.find(({ kind }) => kind === 'Deployment');
		Object.assign(deployment?.spec as object, { replicaz: 2 });
		const { code, stderr } = await validate(here);
		expect(code).not.toBe(0);
		expect(stderr).toContain('replicaz');
	});
});
