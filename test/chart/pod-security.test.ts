import { describe, expect, it } from 'vitest';
import { type Anything, parse, tryRender } from './helm.ts';
import { podSpecOf, restrictedProblems, VOLUMES } from './pod-security.ts';
import { renders } from './renders.ts';

const good = (): Anything => ({
	securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
	containers: [
		{
			name: 'a',
			securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
			ports: [{ containerPort: 1 }],
		},
	],
	volumes: [{ name: 'tmp', emptyDir: {} }],
});

describe('the check of PodSecurity restricted', () => {
	const bad: [string, (pod: Anything) => void][] = [
		['hostNetwork', (pod) => Object.assign(pod, { hostNetwork: true })],
		['hostPID', (pod) => Object.assign(pod, { hostPID: true })],
		['sysctls', (pod) => Object.assign(pod.securityContext, { sysctls: [{ name: 'a', value: 'b' }] })],
		['volume tmp: hostPath', (pod) => Object.assign(pod, { volumes: [{ name: 'tmp', hostPath: { path: '/' } }] })],
		['a: privileged', (pod) => Object.assign(pod.containers[0].securityContext, { privileged: true })],
		['a: allowPrivilegeEscalation', (pod) => delete pod.containers[0].securityContext.allowPrivilegeEscalation],
		['a: runAsNonRoot', (pod) => delete pod.securityContext.runAsNonRoot],
		['a: runAsNonRoot', (pod) => Object.assign(pod.containers[0].securityContext, { runAsNonRoot: false })],
		['a: runAsUser 0', (pod) => Object.assign(pod.securityContext, { runAsUser: 0 })],
		['a: seccompProfile', (pod) => delete pod.securityContext.seccompProfile],
		['a: capabilities are not dropped', (pod) => delete pod.containers[0].securityContext.capabilities],
		[
			'a: capabilities added',
			(pod) => Object.assign(pod.containers[0].securityContext.capabilities, { add: ['NET_ADMIN'] }),
		],
		['a: hostPort', (pod) => Object.assign(pod.containers[0].ports[0], { hostPort: 80 })],
		['a: procMount', (pod) => Object.assign(pod.containers[0].securityContext, { procMount: 'Unmasked' })],
		[
			'b: runAsNonRoot',
			(pod) =>
				Object.assign(pod, {
					initContainers: [
						{
							...pod.containers[0],
							name: 'b',
							securityContext: { ...pod.containers[0].securityContext, runAsNonRoot: false },
						},
					],
				}),
		],
	];
	for (const [problem, spoil] of bad) {
		it(`finds ${problem}`, () => {
			const pod = good();
			spoil(pod);
			expect(restrictedProblems(pod)).toEqual([problem]);
		});
	}

	it('finds nothing where there is nothing', () => {
		expect(restrictedProblems(good())).toEqual([]);
	});
});

describe('[pods-restricted] every pod of the chart', () => {
	for (const [name, text] of Object.entries(renders())) {
		const pods = parse(text).flatMap((object) => {
			const spec = podSpecOf(object);
			return spec === undefined ? [] : [{ name: `${object.kind} ${object.metadata.name}`, spec }];
		});

		it(`passes restricted, with ${name}`, () => {
			expect(pods.length).toBeGreaterThan(0);
			expect(pods.map((pod) => [pod.name, restrictedProblems(pod.spec)])).toEqual(pods.map((pod) => [pod.name, []]));
		});

		it(`has a numeric user, a read-only root, no token and no service links, with ${name}`, () => {
			for (const { spec } of pods) {
				expect(spec.automountServiceAccountToken).toBe(false);
				expect(spec.enableServiceLinks).toBe(false);
				expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
				for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
					expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
					expect(container.resources.requests).toBeDefined();
					expect(container.resources.limits.memory).toBeDefined();
				}
			}
		});
	}
});

describe('[pods-restricted] no value brings what restricted refuses', () => {
	const volume = (kind: string, of: object) => ({ extraVolumes: [{ name: 'a', [kind]: of }] });
	it.each([
		['a folder of the node', volume('hostPath', { path: '/' })],
		['a volume over NFS', volume('nfs', { server: 'a', path: '/' })],
		['a disk by iSCSI', volume('iscsi', { targetPortal: 'a', iqn: 'b', lun: 0 })],
		['AppArmor off', { podAnnotations: { 'container.apparmor.security.beta.kubernetes.io/portal': 'unconfined' } }],
		['another user', { securityContext: { runAsUser: 0 } }],
		['the network of the node', { hostNetwork: true }],
		['a token', { serviceAccount: { automountServiceAccountToken: true } }],
	])('%s', (_what, values) => {
		expect(tryRender(values)).toMatchObject({
			ok: false,
			why: expect.stringContaining('specifications of the schema'),
		});
	});

	it('the volumes that it lets through are those that extraVolumes takes', () => {
		for (const kind of VOLUMES) expect(tryRender(volume(kind, {}))).toMatchObject({ ok: true });
	});
});
