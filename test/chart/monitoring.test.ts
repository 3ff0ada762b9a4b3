import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '#adapters/system/metrics';
import { type Anything, one, render } from './helm.ts';

const ON = {
	metrics: {
		serviceMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } },
		prometheusRule: {
			enabled: true,
			labels: { release: 'prometheus' },
			runbookUrl: 'https://wiki.example.com/runbook',
		},
		dashboard: { enabled: true, labels: { grafana_dashboard: 'yes' } },
	},
};
const objects = render(ON, { namespace: 'acme' });
const rules: Anything[] = one(objects, 'PrometheusRule').spec.groups[0].rules;
const dashboard: Anything = JSON.parse(
	one(objects, 'ConfigMap', 'karc-portal-dashboard').data?.['karc-portal.json'] ?? '',
);
const queries: string[] = [
	...rules.map(({ expr }) => expr),
	...dashboard.panels.flatMap((panel: Anything) => panel.targets.map((target: Anything) => target.expr)),
];

/** What the portal serves at /metrics: every name, with the suffixes that its type brings. */
async function servedNames(): Promise<Set<string>> {
	const metrics = createMetrics({
		version: '0',
		providers: ['github'],
		observed: { unsettled: async () => [], drift: () => ({ ok: true, changed: [] }) as never, now: () => new Date(0) },
	});
	const types = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
	return new Set(
		types.flatMap(([, name, type]) => (type === 'histogram' ? [`${name}_bucket`, `${name}_count`] : [`${name}`])),
	);
}

describe('monitoring', () => {
	it('is off unless asked for', () => {
		expect(render().filter(({ kind }) => /ServiceMonitor|PrometheusRule/.test(kind))).toEqual([]);
		expect(render().filter(({ metadata }) => metadata.name.endsWith('-dashboard'))).toEqual([]);
	});

	it('the ServiceMonitor reads /metrics of the portal’s Service', () => {
		const monitor = one(objects, 'ServiceMonitor');
		const service = one(objects, 'Service');
		expect(monitor.metadata.labels).toMatchObject({ release: 'prometheus' });
		expect(monitor.spec.endpoints).toEqual([{ port: service.spec.ports[0].name, path: '/metrics', interval: '15s' }]);
		expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
	});

	it('alerts and dashboard ask for metrics that the portal has', async () => {
		const served = await servedNames();
		const asked = new Set(queries.flatMap((query) => query.match(/\b(?:portal|process|nodejs)_[a-z0-9_]+/g) ?? []));
		expect(asked.size).toBeGreaterThan(10);
		expect([...asked].filter((name) => !served.has(name))).toEqual([]);
	});

	it('every metric of the portal’s own is asked for by an alert or the dashboard', async () => {
		const own = [...(await servedNames())].filter((name) => name.startsWith('portal_') && !name.endsWith('_count'));
		expect(own.filter((name) => !queries.some((query) => query.includes(name)))).toEqual([]);
	});

	it('every alert is about this release and says what is wrong, how bad it is and where to read on', () => {
		expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
		for (const { alert, expr, labels, annotations } of rules) {
			expect(expr).toContain('job="karc-portal", namespace="acme"');
			expect(['critical', 'warning']).toContain(labels.severity);
			expect(annotations).toEqual({
				summary: expect.stringMatching(/\.$/),
				description: expect.stringMatching(/\.$/),
				runbook_url: `https://wiki.example.com/runbook#${alert.toLowerCase()}`,
			});
		}
	});

	it('the dashboard’s panels lie side by side and ask for one namespace', () => {
		expect(one(objects, 'ConfigMap', 'karc-portal-dashboard').metadata.labels).toMatchObject({
			grafana_dashboard: 'yes',
		});
		const taken = new Set<string>();
		for (const { gridPos, targets } of dashboard.panels) {
			for (const { expr } of targets) expect(expr).toContain('namespace="$namespace"');
			expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
			for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
				for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
					expect(taken).not.toContain(`${x},${y}`);
					taken.add(`${x},${y}`);
				}
			}
		}
	});

	it('braces of Prometheus and Grafana survive helm', () => {
		expect(JSON.stringify(rules)).toContain('{{ $labels.provider }}');
		expect(JSON.stringify(dashboard)).toContain('{{code}}');
		expect(readFileSync(join(import.meta.dirname, '../../chart/karc-portal/files/alerts.yaml'), 'utf8')).not.toContain(
			'{{-',
		);
	});
});
