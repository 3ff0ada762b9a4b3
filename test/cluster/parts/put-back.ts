import { afterEach, describe, expect, it } from 'vitest';
import { installChanged } from '../changed-release.ts';
import { upgrade, VALUES } from '../chart.ts';
import { type Pod, pods, until, untilGone } from '../kube.ts';
import { type Said, untilEach, untilReady } from '../portal.ts';
import { NAMESPACE, PORTAL_PODS, SIDECAR_PODS } from '../settings.ts';
import { admin, smoke } from '../story.ts';

/*
 * The five bugs that a first real installation once had, after every static check had passed. Each is put back into what the
 * chart renders, behind its guards, and installed: what this cluster shows is that we would see it.
 */

/** Asks until a pod of the sidecar waits for this reason; gives the message that an operator reads. */
async function untilWaiting(reason: RegExp): Promise<string> {
	const waiting = (pod: Pod) => pod.status.containerStatuses?.[0]?.state.waiting;
	const found = await until(
		`a sidecar that waits: ${reason}`,
		async () => (await pods(NAMESPACE, SIDECAR_PODS)).map(waiting).find((why) => reason.test(why?.reason ?? '')),
		(why) => why !== undefined,
		{ within: 60_000 },
	);
	return found?.message ?? '';
}

async function prerequisites() {
	const { steps, exit, printed } = await smoke('--skip-flag');
	const [first] = steps;
	expect(first, printed).toMatchObject({ step: 'prerequisites', result: 'failed' });
	expect(exit).toBe(1);
	return first?.reason ?? '';
}

describe('a bug of old, put back', () => {
	afterEach(async () => {
		await upgrade(VALUES);
		await untilReady(await admin());
	}, 240_000);

	it('a wrong image tag: helm --wait fails, the pod says that the image is not there, the old one serves on', async () => {
		const { code, stderr } = await installChanged(({ container }) => {
			container.image = container.image.replace(/:[^:]+$/, ':v1.0.4-absent');
		}, '15s');
		expect(code, stderr).not.toBe(0);
		await untilWaiting(/^(ErrImagePull|ImagePullBackOff)$/);
		expect((await smoke('--skip-flag')).steps[0]).toMatchObject({ result: 'ok' });
	}, 300_000);

	it('an environment that is not wired: every pod is ready, and the smoke stops at its first step', async () => {
		const { code, stderr } = await installChanged(({ portal, settings }) => {
			delete settings.MCP_GITHUB_SERVER_URL;
			// A chart that forgot it would have another checksum too.
			portal.metadata.annotations['checksum/config'] = 'put back';
		}, '120s');
		expect(code, stderr).toBe(0);
		await untilGone(NAMESPACE, PORTAL_PODS);
		expect(await prerequisites()).toContain('MCP_GITHUB_SERVER_URL');
	}, 300_000);

	it('a user that is not what the pod promises: the pod is refused, helm --wait fails', async () => {
		const { code, stderr } = await installChanged(({ sidecar }) => {
			const { runAsUser: _, runAsGroup: __, ...without } = sidecar.spec.securityContext;
			sidecar.spec.securityContext = without;
		}, '15s');
		expect(code, stderr).not.toBe(0);
		expect(await untilWaiting(/^CreateContainerConfigError$/)).toContain('image will run as root');
	}, 300_000);

	it('an argument that this version does not know: the pod ends at once, helm --wait fails', async () => {
		const { code, stderr } = await installChanged(({ container }) => {
			container.args.push('--listen-host=0.0.0.0');
		}, '20s');
		expect(code, stderr).not.toBe(0);
		await untilWaiting(/^(CrashLoopBackOff|Error|RunContainerError)$/);
	}, 300_000);

	it('a stale tool name: the sidecar serves everything, the portal sees the drift, the smoke is red', async () => {
		const { code, stderr } = await installChanged(({ container }) => {
			container.args = container.args.map((argument) => argument.replace('issue_write', 'update_issue'));
		}, '120s');
		expect(code, stderr).toBe(0);
		const person = await admin();
		const drift = ({ body }: Said): string[] => body.upstream?.drift ?? [];
		const [first] = await untilEach('the drift', person, (said) => drift(said).length > 0);
		expect(first?.body).toMatchObject({ ready: false });
		expect(first && drift(first).join(' ')).toContain('unexpected:');
		expect(await prerequisites()).toContain('unexpected:');
	}, 300_000);
});
