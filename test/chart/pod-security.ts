import type { Anything, KubeObject } from './helm.ts';

/*
 * What PodSecurity asks of a pod at level `restricted`, as the Kubernetes documentation lists it (Pod Security Standards).
 * The API server has the last word (test/cluster); this finds the same without one.
 */

/** Kinds of volumes that a restricted pod may have. */
export const VOLUMES = [
	'configMap',
	'csi',
	'downwardAPI',
	'emptyDir',
	'ephemeral',
	'persistentVolumeClaim',
	'projected',
	'secret',
];

/** The pod template of a workload, the pod itself, or nothing. */
export function podSpecOf(object: KubeObject): Anything | undefined {
	return object.kind === 'Pod' ? object.spec : object.spec?.template?.spec;
}

/** Every reason for which `restricted` would refuse this pod. */
export function restrictedProblems(pod: Anything): string[] {
	const problems: string[] = [];
	for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) if (pod[name] === true) problems.push(name);
	if (pod.hostUsers === true) problems.push('hostUsers');
	if ((pod.securityContext?.sysctls ?? []).length > 0) problems.push('sysctls');
	for (const volume of pod.volumes ?? []) {
		const [kind] = Object.keys(volume).filter((key) => key !== 'name');
		if (kind === undefined || !VOLUMES.includes(kind)) problems.push(`volume ${volume.name}: ${kind}`);
	}
	const containers = [...(pod.initContainers ?? []), ...(pod.containers ?? []), ...(pod.ephemeralContainers ?? [])];
	if (containers.length === 0) problems.push('no containers');
	for (const container of containers) {
		const own = container.securityContext ?? {};
		const say = (what: string) => problems.push(`${container.name}: ${what}`);
		const inherited = (name: string) => own[name] ?? pod.securityContext?.[name];
		if (own.privileged === true) say('privileged');
		if (own.allowPrivilegeEscalation !== false) say('allowPrivilegeEscalation');
		if (inherited('runAsNonRoot') !== true) say('runAsNonRoot');
		if (inherited('runAsUser') === 0) say('runAsUser 0');
		if (!['RuntimeDefault', 'Localhost'].includes(inherited('seccompProfile')?.type)) say('seccompProfile');
		if (!(own.capabilities?.drop ?? []).includes('ALL')) say('capabilities are not dropped');
		if ((own.capabilities?.add ?? []).some((name: string) => name !== 'NET_BIND_SERVICE')) say('capabilities added');
		if (own.procMount !== undefined && own.procMount !== 'Default') say('procMount');
		if ((container.ports ?? []).some((port: Anything) => port.hostPort > 0)) say('hostPort');
	}
	return problems;
}
