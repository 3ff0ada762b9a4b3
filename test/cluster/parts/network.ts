import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, kubectl, type Pod, pods, until } from '../kube.ts';
import { openRelay, type Relay } from '../relay.ts';
import {
	GITHUB_HOST,
	IMAGES,
	NAMESPACE,
	PORTAL_PODS,
	PORTAL_URL,
	SIDECAR_PODS,
	STRANGER_NAMESPACE,
} from '../settings.ts';
import { client } from '../story.ts';

const SIDECAR = `http://karc-portal-github-mcp.${NAMESPACE}.svc.cluster.local:8082/.well-known/oauth-protected-resource`;
const GITHUB = `https://${GITHUB_HOST}/api/v3/`;
const UNRELATED = `http://stranger.${STRANGER_NAMESPACE}.svc.cluster.local:8080/`;
/** An address of the documentation’s networks: it is nowhere, as far as this cluster goes. */
const OUTSIDE = 'https://198.51.100.7/';

/** What comes of a request: the status, or the network's code. */
const reach = (from: Relay, url: string): Promise<string> =>
	from.send({ url, timeoutMs: 2_000 }).then(
		({ status }) => String(status),
		(cause: { code?: string }) => cause.code ?? String(cause),
	);

/** A policy holds a moment after it was made, not at once. */
const expectReach = (from: Relay, url: string, wanted: string) =>
	until(
		`${url}: ${wanted}`,
		() => reach(from, url),
		(came) => came === wanted,
		{ within: 15_000 },
	);

describe('network policies', () => {
	const relays: Relay[] = [];
	let portal: Relay;
	let sidecar: Relay;
	let stranger: Relay;
	const open = async (...where: Parameters<typeof openRelay>) => {
		const relay = await openRelay(...where);
		relays.push(relay);
		return relay;
	};

	beforeAll(async () => {
		portal = await open({ namespace: NAMESPACE, pod: 'deploy/karc-portal', container: 'portal' });
		stranger = await open({ namespace: STRANGER_NAMESPACE, pod: 'deploy/stranger' });
		const [pod] = await pods(NAMESPACE, SIDECAR_PODS);
		if (pod === undefined) throw new Error('no sidecar');
		// Its image has no program to ask with: a container beside it stands in the very same network.
		await kubectl(
			...['-n', NAMESPACE, 'debug', pod.metadata.name, `--image=${IMAGES.portal}`, '--profile=restricted'],
			...['--container=probe', '--', '/usr/local/bin/node', '-e', 'setInterval(() => {}, 1e6)'],
		);
		await until(
			'the container beside the sidecar',
			() =>
				get<Pod & { status: { ephemeralContainerStatuses?: { state: { running?: object } }[] } }>(
					NAMESPACE,
					'pod',
					pod.metadata.name,
				),
			({ status }) => status.ephemeralContainerStatuses?.[0]?.state.running !== undefined,
		);
		sidecar = await open({ namespace: NAMESPACE, pod: pod.metadata.name, container: 'probe' });
	});
	afterAll(async () => {
		for (const relay of relays) relay.close();
		// The container beside it ends with its pod only.
		await kubectl('-n', NAMESPACE, 'delete', 'pod', '-l', SIDECAR_PODS, '--grace-period=1', '--wait=false');
		await kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/karc-portal-github-mcp', '--timeout=60s');
	});

	it('let the portal through to its sidecar, and the sidecar to GitHub', async () => {
		await expectReach(portal, SIDECAR, '200');
		// 401: GitHub was reached and wants a token.
		await expectReach(sidecar, GITHUB, '401');
	});

	it('let in who is named by a value, and no pod of another namespace', async () => {
		await expectReach(client(), `${PORTAL_URL}/healthz`, '200');
		await expectReach(stranger, `${PORTAL_URL}/healthz`, 'TIMEOUT');
	});

	it('keep everybody but the portal from the sidecar, the portal’s own neighbours too', async () => {
		await expectReach(stranger, SIDECAR, 'TIMEOUT');
		await expectReach(client(), SIDECAR, 'TIMEOUT');
	});

	it('keep the portal from GitHub, from other pods and from the outside', async () => {
		await expectReach(stranger, UNRELATED, '200');
		for (const url of [GITHUB, UNRELATED, OUTSIDE]) await expectReach(portal, url, 'TIMEOUT');
		// One whom no policy binds is told at once that the way leads nowhere: the portal's silence is the policy's.
		expect(await reach(stranger, OUTSIDE)).not.toBe('TIMEOUT');
	});

	it('keep the sidecar from the portal, from the database and from other pods', async () => {
		const [pod] = await pods(NAMESPACE, PORTAL_PODS);
		const database = 'http://postgres.karc-test-database.svc.cluster.local:5432/';
		for (const url of [`http://${pod?.status.podIP}:3000/healthz`, database, UNRELATED]) {
			await expectReach(sidecar, url, 'TIMEOUT');
		}
	});
});
