import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CHART, EVERYTHING, find, lint, MINIMAL, one, render } from './helm.ts';
import { OVERLAYS } from './renders.ts';

describe('helm lint, strictly, has nothing against', () => {
	it('no value at all', () => {
		expect(lint()).toMatchObject({ status: 0 });
	});
	it('URL and database’s address', () => {
		expect(lint(MINIMAL)).toMatchObject({ status: 0 });
	});
	it('every value', () => {
		expect(lint(MINIMAL, EVERYTHING)).toMatchObject({ status: 0 });
	});
});

describe('the default render', () => {
	it.each([
		['without any value', {}, 'default-render.yaml'],
		['with GitHub enabled', { mcp: { github: { enabled: true } } }, 'default-render-github.yaml'],
	])(
		'%s is the one that was reviewed (else read the difference, then: npx vitest run test/chart -u)',
		async (_how, values, file) => {
			const documents = render(values, { bare: true }).map((object) => stringify(object, { lineWidth: 0 }));
			// The checksums say that something changed, and what changed is in the same file.
			const text = documents.join('---\n').replaceAll(/[0-9a-f]{64}/g, '<sha256>');
			await expect(text).toMatchFileSnapshot(file);
		},
	);

	it('has one object per name and kind, all in the release’s namespace', () => {
		const objects = render({}, { files: [EVERYTHING] });
		const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
		expect(new Set(names).size).toBe(names.length);
		for (const { metadata } of objects) expect(metadata).not.toHaveProperty('namespace');
	});

	it('has the runbook’s names, whatever the release is called', () => {
		const values = { mcp: { github: { enabled: true } } };
		for (const release of ['karc-portal', 'acme-prod']) {
			const objects = render(values, { release });
			for (const kind of ['Deployment', 'Service', 'ServiceAccount', 'ConfigMap']) one(objects, kind);
			for (const kind of ['Deployment', 'Service']) one(objects, kind, 'karc-portal-github-mcp');
			expect(one(objects, 'Service').spec.ports).toMatchObject([{ port: 80, targetPort: 'http' }]);
		}
	});

	it('selects with Services, budgets and policies exactly the pods that there are', () => {
		const objects = render({ mcp: { github: { enabled: true } } });
		for (const name of ['karc-portal', 'karc-portal-github-mcp']) {
			const deployment = one(objects, 'Deployment', name).spec;
			const labels = deployment.template.metadata.labels;
			const selectors = [
				deployment.selector.matchLabels,
				one(objects, 'Service', name).spec.selector,
				one(objects, 'PodDisruptionBudget', name).spec.selector.matchLabels,
				one(objects, 'NetworkPolicy', name).spec.podSelector.matchLabels,
				one(objects, 'NetworkPolicy', 'karc-portal-default-deny').spec.podSelector.matchLabels,
				...deployment.template.spec.topologySpreadConstraints.map(
					(spread: { labelSelector: { matchLabels: object } }) => spread.labelSelector.matchLabels,
				),
			];
			for (const selector of selectors) expect(labels).toMatchObject(selector);
		}
		const portal = one(objects, 'Service').spec.selector;
		expect(one(objects, 'Deployment', 'karc-portal-github-mcp').spec.template.metadata.labels).not.toMatchObject(
			portal,
		);
	});

	it('restarts nothing when only the chart has another version', () => {
		const template = one(render(), 'Deployment').spec.template;
		expect(JSON.stringify(template.metadata.labels)).not.toContain('0.1.0');
	});
});

describe('overlays', () => {
	it.each(OVERLAYS)('%s is a whole answer but for the URL and says where requests come from', (overlay) => {
		const objects = render({}, { files: [join(CHART, overlay)] });
		expect(find(objects, 'Ingress')).toBeDefined();
		const [fromController] = one(objects, 'NetworkPolicy').spec.ingress;
		expect(fromController.from).not.toEqual([]);
		expect(fromController.from).not.toEqual(
			one(render(), 'NetworkPolicy').spec.ingress[0].from, // the default, for plain ingress-nginx
		);
		expect(one(objects, 'ConfigMap').data).toHaveProperty('PORTAL_TRUSTED_PROXIES');
	});

	it('are those of the four kinds of cluster, each with its note in docs/deploy', () => {
		expect(OVERLAYS).toEqual(['values-aws.yaml', 'values-azure.yaml', 'values-gcp.yaml', 'values-k3d.yaml']);
		const notes = readFileSync(join(import.meta.dirname, '../../docs/deploy/README.md'), 'utf8');
		for (const overlay of OVERLAYS) expect(notes).toContain(overlay);
	});
});
