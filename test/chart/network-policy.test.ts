import { describe, expect, it } from 'vitest';
import { find, one, render } from './helm.ts';

const SIDECAR = 'karc-portal-github-mcp';
const github = (values: object = {}) => ({ mcp: { github: { enabled: true, ...values } } });
const podOf = (name: string) => ({
	podSelector: { matchLabels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'anything' } },
});
const tcp = (port: number) => [{ protocol: 'TCP', port }];
const cidr = (range: string) => ({ ipBlock: { cidr: range } });
const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });
const DNS = {
	to: [{ ...namespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
	ports: [
		{ protocol: 'UDP', port: 53 },
		{ protocol: 'TCP', port: 53 },
	],
};
const SMOKE = { enabled: true, tenant: 'a', owner: 'b', repo: 'c', email: 'd@e.f', existingSecret: 'g' };
const policy = (values: object, name = 'karc-portal') => one(render(values), 'NetworkPolicy', name).spec;

describe('network policies', () => {
	it('deny everything to every pod of the release that no other policy opens', () => {
		expect(policy({}, 'karc-portal-default-deny')).toEqual({
			podSelector: {
				matchLabels: { 'app.kubernetes.io/part-of': 'karc-portal', 'app.kubernetes.io/instance': 'anything' },
			},
			policyTypes: ['Ingress', 'Egress'],
		});
	});

	it('let in to the portal the ingress controller, Prometheus and the smoke pod, on its one port', () => {
		expect(policy({ smoke: SMOKE }).ingress).toEqual([
			{ from: [namespace('ingress-nginx')], ports: tcp(3000) },
			{ from: [namespace('monitoring')], ports: tcp(3000) },
			{ from: [podOf('karc-portal-smoke')], ports: tcp(3000) },
		]);
	});

	it('let the portal out to DNS, PostgreSQL and the sidecar alone', () => {
		expect(policy(github()).egress).toEqual([
			DNS,
			{ to: [cidr('10.0.5.0/24')], ports: tcp(5432) },
			{ to: [podOf(SIDECAR)], ports: tcp(8082) },
		]);
		expect(policy({}).egress).toHaveLength(2);
	});

	it('let the portal out to any address on PostgreSQL’s port, and no other, while nobody says where it is', () => {
		expect(policy({ networkPolicy: { postgres: { peers: [], port: 6432 } } }).egress).toEqual([
			DNS,
			{ ports: tcp(6432) },
		]);
	});

	it('take their peers and ports from values', () => {
		const { ingress, egress } = policy({
			networkPolicy: {
				ingressController: [cidr('10.1.0.0/16')],
				prometheus: [],
				dns: [cidr('169.254.20.10/32')],
				dnsPort: 5353,
				postgres: { peers: [namespace('database')], port: 6432 },
				portal: {
					extraIngress: [{ from: [namespace('tools')] }],
					extraEgress: [{ to: [cidr('10.9.0.0/16')], ports: tcp(443) }],
				},
			},
		});
		expect(ingress).toEqual([{ from: [cidr('10.1.0.0/16')], ports: tcp(3000) }, { from: [namespace('tools')] }]);
		expect(egress).toEqual([
			{
				to: [cidr('169.254.20.10/32')],
				ports: [
					{ protocol: 'UDP', port: 5353 },
					{ protocol: 'TCP', port: 5353 },
				],
			},
			{ to: [namespace('database')], ports: tcp(6432) },
			{ to: [cidr('10.9.0.0/16')], ports: tcp(443) },
		]);
	});

	it('let in to the sidecar the portal’s pods alone', () => {
		for (const values of [github(), { ...github(), smoke: SMOKE }]) {
			expect(policy(values, SIDECAR).ingress).toEqual([{ from: [podOf('karc-portal')], ports: tcp(8082) }]);
		}
	});

	it('let the sidecar out to DNS and 443, narrowed by values, or to the proxy’s port instead', () => {
		expect(policy(github(), SIDECAR).egress).toEqual([DNS, { ports: tcp(443) }]);
		expect(
			policy({ ...github(), networkPolicy: { github: { peers: [cidr('10.2.0.0/16')] } } }, SIDECAR).egress,
		).toEqual([DNS, { to: [cidr('10.2.0.0/16')], ports: tcp(443) }]);
		expect(policy(github({ egressProxy: { url: 'http://proxy.example.com:3128' } }), SIDECAR).egress).toEqual([
			DNS,
			{ ports: tcp(3128) },
		]);
	});

	it('let the smoke pod out to DNS and the portal, and nobody in', () => {
		expect(policy({ smoke: SMOKE }, 'karc-portal-smoke')).toMatchObject({
			ingress: [],
			egress: [DNS, { to: [podOf('karc-portal')], ports: tcp(3000) }],
		});
		expect(find(render(), 'NetworkPolicy', 'karc-portal-smoke')).toBeUndefined();
	});

	it('are there by default and gone when switched off', () => {
		const count = (values: object) => render(values).filter(({ kind }) => kind.endsWith('NetworkPolicy')).length;
		expect(count({})).toBe(2);
		expect(count(github())).toBe(3);
		expect(count({ ...github(), networkPolicy: { enabled: false } })).toBe(0);
	});
});

describe('with Cilium', () => {
	const names = (values: object, cilium: object = {}) => {
		const objects = render({ ...values, networkPolicy: { cilium: { enabled: true, ...cilium } } });
		const [, github] = one(objects, 'CiliumNetworkPolicy', SIDECAR).spec.egress;
		return [...github.toFQDNs.map((peer: { matchName: string }) => peer.matchName), github.toPorts[0].ports[0].port];
	};

	it('the sidecar reaches the API of its GitHub by name, or the proxy, and nothing else', () => {
		expect(names(github())).toEqual(['api.github.com', '443']);
		expect(names(github({ host: 'https://github.com' }))).toEqual(['api.github.com', '443']);
		expect(names(github({ host: 'https://acme.ghe.com' }))).toEqual(['api.acme.ghe.com', '443']);
		expect(names(github({ host: 'https://github.example.com' }))).toEqual(['github.example.com', '443']);
		expect(names(github({ egressProxy: { url: 'http://proxy.example.com:3128' } }))).toEqual([
			'proxy.example.com',
			'3128',
		]);
		expect(names(github(), { fqdns: ['a.example.com', 'b.example.com'] })).toEqual([
			'a.example.com',
			'b.example.com',
			'443',
		]);
	});

	it('the plain policy opens no egress of the sidecar, since policies add up', () => {
		const objects = render({ ...github(), networkPolicy: { cilium: { enabled: true } } });
		expect(one(objects, 'NetworkPolicy', SIDECAR).spec).toMatchObject({
			policyTypes: ['Ingress', 'Egress'],
			egress: [],
		});
	});

	it('is not there unless enabled', () => {
		expect(find(render(github()), 'CiliumNetworkPolicy', SIDECAR)).toBeUndefined();
	});
});
