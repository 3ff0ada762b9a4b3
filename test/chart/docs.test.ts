import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Anything, CHART, one, render, tryRender } from './helm.ts';
import { OVERLAYS } from './renders.ts';

const doc = (file: string): string => readFileSync(join(import.meta.dirname, '../../docs', file), 'utf8');
const runbook = doc('runbook.md');

/** `a.b=c` of `--set`, as values. */
function fromSets(sets: readonly string[]): Anything {
	const values: Anything = {};
	for (const set of sets) {
		const [path = '', value = ''] = set.split('=');
		const names = path.split('.');
		const last = names.pop() ?? '';
		const inner = names.reduce((map, name) => {
			map[name] ??= {};
			return map[name];
		}, values);
		inner[last] = value === 'true' ? true : value;
	}
	return values;
}

describe('what the documents say about the chart', () => {
	it.each(OVERLAYS)('the runbook’s own values render with %s', (overlay) => {
		const values = runbook.match(/```yaml\n([\s\S]*?)```/)?.[1] ?? '';
		expect(values).toContain('PORTAL_URL');
		expect(tryRender(parse(values), { bare: true, files: [join(CHART, overlay)] })).toMatchObject({ ok: true });
	});

	it('the smallest install of docs/deploy renders', () => {
		const command = doc('deploy/README.md').match(/```sh\n(helm install[\s\S]*?)```/)?.[1] ?? '';
		const sets = [...command.matchAll(/--set (\S+)/g)].map(([, set]) => set ?? '');
		const files = [...command.matchAll(/-f chart\/karc-portal\/(\S+)/g)].map(([, file]) => join(CHART, file ?? ''));
		expect([sets.length, files.length]).toEqual([2, 1]);
		expect(tryRender(fromSets(sets), { bare: true, files })).toMatchObject({ ok: true });
	});

	it('every alert leads to a section of the runbook', () => {
		const on = { metrics: { prometheusRule: { enabled: true } } };
		const [{ rules }] = one(render(on), 'PrometheusRule').spec.groups;
		const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title?.toLowerCase().replaceAll(' ', '-'));
		expect(rules.length).toBeGreaterThan(5);
		for (const { annotations } of rules) {
			const [page, anchor] = annotations.runbook_url.split('#');
			expect(page).toMatch(/\/docs\/runbook\.md$/);
			expect(anchors).toContain(anchor);
		}
	});

	it('values that the runbook and docs/deploy name are there', () => {
		const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
		const tops = Object.keys(values).join('|');
		const named = `${runbook}${doc('deploy/README.md')}`.matchAll(new RegExp(`\`((?:${tops})(?:\\.[A-Za-z_]+)+)`, 'g'));
		const paths = [...named].map(([, path]) => path ?? '');
		expect(paths.length).toBeGreaterThan(10);
		const has = (path: string) => path.split('.').reduce((at, name) => at?.[name], values) !== undefined;
		// Flags of the portal's, not values: mcp.gateway and mcp.execute-tokens.
		const flags = ['mcp.gateway', 'mcp.execute'];
		expect(paths.filter((path) => !flags.includes(path) && !has(path))).toEqual([]);
	});
});
