import { describe, expect, it } from 'vitest';
import { type Anything, find, type KubeObject, one, render, renderText } from './helm.ts';

const SIDECAR = 'karc-portal-github-mcp';
const github = (values: object = {}) => ({ mcp: { github: { enabled: true, ...values } } });

const deployment = (objects: readonly KubeObject[], name = 'karc-portal') => one(objects, 'Deployment', name).spec;
const pod = (objects: readonly KubeObject[], name?: string) => deployment(objects, name).template.spec;
const container = (objects: readonly KubeObject[], name?: string) => pod(objects, name).containers[0];
const env = (of: Anything) => Object.fromEntries((of.env ?? []).map(({ name, value }: Anything) => [name, value]));
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('the portal’s pods', () => {
	it('replicas', () => {
		expect(deployment(render())).toMatchObject({ replicas: 2 });
		expect(deployment(render({ replicas: 5 }))).toMatchObject({ replicas: 5 });
	});

	it('image: registry, repository, tag, digest, pullPolicy, pullSecrets; the same for portal, migration and smoke', () => {
		const smoke = { enabled: true, tenant: 'a', owner: 'b', repo: 'c', email: 'd@e.f', existingSecret: 'g' };
		const images = (image: object) => {
			const objects = render({ image, smoke });
			const spec = pod(objects);
			return [
				spec.initContainers[0],
				spec.containers[0],
				one(objects, 'Pod', 'karc-portal-smoke').spec.containers[0],
			].map((of) => `${of.image} ${of.imagePullPolicy}`);
		};
		expect(new Set(images({}))).toEqual(new Set(['ghcr.io/sarc-portal/portal:0.1.0 IfNotPresent']));
		const mirror = { registry: 'mirror.example.com:5000', repository: 'a/portal', tag: '9', pullPolicy: 'Always' };
		expect(new Set(images(mirror))).toEqual(new Set(['mirror.example.com:5000/a/portal:9 Always']));
		expect(new Set(images({ tag: '9', digest: DIGEST }))).toEqual(
			new Set([`ghcr.io/sarc-portal/portal@${DIGEST} IfNotPresent`]),
		);
		expect(pod(render())).not.toHaveProperty('imagePullSecrets');
		expect(pod(render({ image: { pullSecrets: ['a', 'b'] } })).imagePullSecrets).toEqual([
			{ name: 'a' },
			{ name: 'b' },
		]);
	});

	it('resources, of portal and migration', () => {
		const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } };
		const spec = pod(render({ resources }));
		expect([spec.containers[0].resources, spec.initContainers[0].resources]).toEqual([resources, resources]);
	});

	it('probes: alive is not ready, and each figure can be changed', () => {
		const probes = {
			startup: { failureThreshold: 99 },
			readiness: { periodSeconds: 1 },
			liveness: { timeoutSeconds: 9 },
		};
		const of = container(render({ probes }));
		expect(of.startupProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' }, failureThreshold: 99 });
		expect(of.readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 });
		expect(of.livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' }, timeoutSeconds: 9 });
	});

	it('terminationGracePeriodSeconds covers the delay and what is in flight, or is what the value says', () => {
		expect(pod(render()).terminationGracePeriodSeconds).toBe(50);
		expect(pod(render({ env: { PORTAL_SHUTDOWN_DELAY_MS: 20_001 } })).terminationGracePeriodSeconds).toBe(66);
		expect(pod(render({ terminationGracePeriodSeconds: 300 })).terminationGracePeriodSeconds).toBe(300);
		// Not 2e+06, which is no whole number to Kubernetes.
		expect(renderText({ terminationGracePeriodSeconds: 2_000_000 })).toContain(
			'terminationGracePeriodSeconds: 2000000\n',
		);
	});

	it('are replaced one by one, none before its successor is ready', () => {
		for (const name of ['karc-portal', SIDECAR]) {
			expect(deployment(render(github()), name).strategy).toEqual({
				type: 'RollingUpdate',
				rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
			});
		}
	});

	it('migrate in an init container, before the portal starts', () => {
		const [migrate] = pod(render()).initContainers;
		expect(migrate).toMatchObject({ name: 'migrate', command: ['/usr/local/bin/portal', 'migrate'] });
	});

	it('extraEnv, extraVolumes, extraVolumeMounts', () => {
		const objects = render({
			extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=512' }],
			extraVolumes: [{ name: 'extra', configMap: { name: 'extra' } }],
			extraVolumeMounts: [{ name: 'extra', mountPath: '/extra' }],
		});
		expect(env(container(objects))).toMatchObject({ NODE_OPTIONS: '--max-old-space-size=512' });
		expect(pod(objects).volumes).toContainEqual({ name: 'extra', configMap: { name: 'extra' } });
		expect(container(objects).volumeMounts).toContainEqual({ name: 'extra', mountPath: '/extra' });
	});

	it('podAnnotations, podLabels, nodeSelector, tolerations, priorityClassName, of portal and sidecar; affinity of the portal', () => {
		const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };
		const objects = render({
			podAnnotations: { a: 'b' },
			podLabels: { c: 'd' },
			nodeSelector: { disk: 'ssd' },
			tolerations: [{ key: 'spot', operator: 'Exists' }],
			priorityClassName: 'high',
			affinity,
			...github(),
		});
		for (const name of ['karc-portal', SIDECAR]) {
			const { template } = deployment(objects, name);
			expect(template.metadata).toMatchObject({ annotations: { a: 'b' }, labels: { c: 'd' } });
			expect(template.spec).toMatchObject({
				nodeSelector: { disk: 'ssd' },
				tolerations: [{ key: 'spot', operator: 'Exists' }],
				priorityClassName: 'high',
			});
		}
		expect(pod(objects)).toMatchObject({ affinity });
	});

	it('topologySpreadConstraints', () => {
		const keys = (values: object) =>
			(pod(render(values)).topologySpreadConstraints ?? []).map(({ topologyKey }: Anything) => topologyKey);
		expect(keys({})).toEqual(['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
		expect(keys({ topologySpreadConstraints: [] })).toEqual([]);
		const rack = { maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' };
		expect(pod(render({ topologySpreadConstraints: [rack] })).topologySpreadConstraints).toMatchObject([rack]);
	});

	it('privateCA: mounted and believed by portal, migration and sidecar', () => {
		for (const [value, volume] of [
			[
				{ configMap: 'ca', key: 'root.pem' },
				{ configMap: { name: 'ca', items: [{ key: 'root.pem', path: 'ca.crt' }] } },
			],
			[{ secret: 'ca' }, { secret: { secretName: 'ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }],
		] as const) {
			const objects = render({ privateCA: value, ...github() });
			const file = '/etc/karc-portal/ca/ca.crt';
			for (const name of ['karc-portal', SIDECAR]) {
				expect(pod(objects, name).volumes).toContainEqual({ name: 'private-ca', ...volume });
				for (const of of [...(pod(objects, name).initContainers ?? []), container(objects, name)]) {
					expect(of.volumeMounts).toContainEqual({
						name: 'private-ca',
						mountPath: '/etc/karc-portal/ca',
						readOnly: true,
					});
					expect(env(of)).toMatchObject({ [name === SIDECAR ? 'SSL_CERT_FILE' : 'NODE_EXTRA_CA_CERTS']: file });
				}
			}
		}
		expect(env(container(render()))).not.toHaveProperty('NODE_EXTRA_CA_CERTS');
	});
});

describe('a changed value restarts the pods that read it', () => {
	const sums = (values: object, name?: string) => {
		const { annotations } = deployment(render(values), name).template.metadata;
		return { config: annotations['checksum/config'], secret: annotations['checksum/secret'] };
	};

	it('a setting changes the portal’s checksum/config, and not the sidecar’s', () => {
		const changed = { env: { LOG_LEVEL: 'debug' } };
		expect(sums(changed).config).not.toBe(sums({}).config);
		expect(sums({ ...changed, ...github() }, SIDECAR)).toEqual(sums(github(), SIDECAR));
	});

	it('the sidecar’s host changes checksum/config of both', () => {
		const changed = github({ host: 'https://github.example.com' });
		for (const name of ['karc-portal', SIDECAR])
			expect(sums(changed, name).config).not.toBe(sums(github(), name).config);
	});

	it('secretRevision changes checksum/secret of both, for whoever renders without a cluster', () => {
		const changed = { ...github(), secretRevision: '2' };
		for (const name of ['karc-portal', SIDECAR]) {
			expect(sums(changed, name).secret).not.toBe(sums(github(), name).secret);
			expect(sums(github(), name)).toEqual(sums(github(), name));
		}
	});

	it('a trial’s secret changes the portal’s checksum/secret', () => {
		const trial = (letter: string) => ({
			trialSecret: { create: true, data: { DATABASE_URL: 'postgresql://a/b', PORTAL_SECRET: letter.repeat(32) } },
		});
		expect(sums(trial('a')).secret).not.toBe(sums(trial('b')).secret);
	});
});

describe('objects beside them', () => {
	it('podDisruptionBudget, of portal and sidecar', () => {
		const objects = render({ podDisruptionBudget: { maxUnavailable: '50%' }, ...github() });
		for (const name of ['karc-portal', SIDECAR]) {
			expect(one(objects, 'PodDisruptionBudget', name).spec).toMatchObject({ maxUnavailable: '50%' });
		}
		expect(find(render({ podDisruptionBudget: { enabled: false } }), 'PodDisruptionBudget')).toBeUndefined();
	});

	it('autoscaling: it says how many there are, and the Deployment nothing', () => {
		expect(find(render(), 'HorizontalPodAutoscaler')).toBeUndefined();
		const objects = render({
			autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9, targetCPUUtilizationPercentage: 50 },
		});
		expect(one(objects, 'HorizontalPodAutoscaler').spec).toMatchObject({
			scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'karc-portal' },
			minReplicas: 3,
			maxReplicas: 9,
			metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 50 } } }],
		});
		expect(deployment(objects)).not.toHaveProperty('replicas');
	});

	it('service and serviceAccount', () => {
		const objects = render({
			service: { type: 'LoadBalancer', annotations: { a: 'b' } },
			serviceAccount: { annotations: { c: 'd' } },
		});
		expect(one(objects, 'Service')).toMatchObject({
			metadata: { annotations: { a: 'b' } },
			spec: { type: 'LoadBalancer' },
		});
		expect(one(objects, 'ServiceAccount')).toMatchObject({
			metadata: { annotations: { c: 'd' } },
			automountServiceAccountToken: false,
		});
		expect(one(render(), 'Service').spec.type).toBe('ClusterIP');
	});

	it('ingress: for PORTAL_URL’s host, to the Service', () => {
		expect(find(render(), 'Ingress')).toBeUndefined();
		const objects = render({
			env: { PORTAL_URL: 'https://portal.example.com:8443/' },
			ingress: { enabled: true, className: 'nginx', annotations: { a: 'b' }, tlsSecret: 'tls' },
		});
		expect(one(objects, 'Ingress')).toMatchObject({
			metadata: { annotations: { a: 'b' } },
			spec: {
				ingressClassName: 'nginx',
				tls: [{ hosts: ['portal.example.com'], secretName: 'tls' }],
				rules: [
					{
						host: 'portal.example.com',
						http: { paths: [{ path: '/', backend: { service: { name: 'karc-portal', port: { name: 'http' } } } }] },
					},
				],
			},
		});
		const plain = one(render({ ingress: { enabled: true } }), 'Ingress').spec;
		expect(plain).not.toHaveProperty('tls');
		expect(plain).not.toHaveProperty('ingressClassName');
	});

	it('smoke: helm test runs portal smoke under the portal’s name, through the Service', () => {
		expect(render().filter(({ kind }) => kind === 'Pod')).toEqual([]);
		const smoke = {
			enabled: true,
			tenant: 'acme',
			owner: 'acme-inc',
			repo: 'payments-api',
			email: 'ada@example.com',
			existingSecret: 'smoke',
			passwordKey: 'password',
			extraArgs: ['--json'],
		};
		const { metadata, spec } = one(render({ smoke }), 'Pod', 'karc-portal-smoke');
		expect(metadata.annotations).toEqual({
			'helm.sh/hook': 'test',
			'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
		});
		expect(spec.restartPolicy).toBe('Never');
		const [container] = spec.containers;
		expect([...container.command, ...container.args]).toEqual([
			'/usr/local/bin/portal',
			'smoke',
			'--url=https://portal.example.com',
			'--connect=http://karc-portal',
			'--wait=90',
			'--tenant=acme',
			'--owner=acme-inc',
			'--repo=payments-api',
			'--email=ada@example.com',
			'--json',
		]);
		expect(container.env).toEqual([
			{ name: 'PORTAL_SMOKE_PASSWORD', valueFrom: { secretKeyRef: { name: 'smoke', key: 'password' } } },
		]);
	});
});

describe('mcp.github', () => {
	it('is not there unless enabled', () => {
		expect(render().filter(({ metadata }) => metadata.name.includes('github-mcp'))).toEqual([]);
	});

	it('replicas, image with mirror, digest and pull secrets, resources, probes, args', () => {
		const resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } };
		const objects = render(
			github({
				replicas: 3,
				image: {
					registry: 'mirror.example.com',
					repository: 'a/b',
					digest: DIGEST,
					pullPolicy: 'Always',
					pullSecrets: ['m'],
				},
				resources,
				probes: { readiness: { periodSeconds: 1 }, liveness: { periodSeconds: 2 } },
				args: ['--content-window-size=10'],
			}),
		);
		expect(deployment(objects, SIDECAR).replicas).toBe(3);
		expect(pod(objects, SIDECAR).imagePullSecrets).toEqual([{ name: 'm' }]);
		const of = container(objects, SIDECAR);
		expect(of).toMatchObject({ image: `mirror.example.com/a/b@${DIGEST}`, imagePullPolicy: 'Always', resources });
		const route = { path: '/.well-known/oauth-protected-resource', port: 'mcp' };
		expect(of.readinessProbe).toMatchObject({ httpGet: route, periodSeconds: 1 });
		expect(of.livenessProbe).toMatchObject({ httpGet: route, periodSeconds: 2 });
		expect(of.args.at(-1)).toBe('--content-window-size=10');
		expect(container(render(github({ image: { tag: '1.0.4-2' } })), SIDECAR).image).toBe(
			'ghcr.io/github/github-mcp-server:1.0.4-2',
		);
	});

	it('runs as a user without name or token, and knows no other Service', () => {
		const spec = pod(render(github()), SIDECAR);
		expect(spec).toMatchObject({
			serviceAccountName: SIDECAR,
			automountServiceAccountToken: false,
			enableServiceLinks: false,
			securityContext: {
				runAsNonRoot: true,
				runAsUser: 65532,
				runAsGroup: 65532,
				seccompProfile: { type: 'RuntimeDefault' },
			},
		});
		expect(spec.containers[0].securityContext).toEqual({
			allowPrivilegeEscalation: false,
			readOnlyRootFilesystem: true,
			capabilities: { drop: ['ALL'] },
		});
		expect(one(render(github()), 'Service', SIDECAR).spec.ports).toMatchObject([{ port: 8082, targetPort: 'mcp' }]);
	});

	it('host: what GitHub the sidecar writes to and whose pages the portal expects', () => {
		const at = (host: string) => {
			const objects = render(github({ host }));
			return [env(container(objects, SIDECAR)).GITHUB_HOST, one(objects, 'ConfigMap').data?.GITHUB_WEB_URL];
		};
		expect(at('')).toEqual([undefined, 'https://github.com']);
		expect(at('https://github.example.com/')).toEqual(['https://github.example.com', 'https://github.example.com']);
		expect(at('https://acme.ghe.com')).toEqual(['https://acme.ghe.com', 'https://acme.ghe.com']);
	});

	it('egressProxy', () => {
		const proxied = container(render(github({ egressProxy: { url: 'http://proxy:3128', noProxy: '.svc' } })), SIDECAR);
		expect(env(proxied)).toEqual({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.svc' });
		expect(container(render(github()), SIDECAR)).not.toHaveProperty('env');
	});

	it('a stopping sidecar goes on for as long as a write may take', () => {
		const spec = pod(render({ env: { PORTAL_UPSTREAM_TIMEOUT_MS: 59_001 }, ...github() }), SIDECAR);
		expect(spec.containers[0].lifecycle.preStop.sleep.seconds).toBe(65);
		expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(65 + 5);
	});
});
