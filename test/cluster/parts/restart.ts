import { afterAll, describe, expect, it } from 'vitest';
import { applySecrets, over, upgrade, VALUES } from '../chart.ts';
import { apply, get, isReady, kubectl, pods, until } from '../kube.ts';
import { approve, execute, untilReady } from '../portal.ts';
import { DATABASE_URL, NAMESPACE, PORTAL_PODS, SIDECAR_PODS } from '../settings.ts';
import { admin } from '../story.ts';

const DEBUG = over(VALUES, { env: { LOG_LEVEL: 'debug' } });

const uids = async (selector: string): Promise<string[]> =>
	(await pods(NAMESPACE, selector)).map(({ metadata }) => metadata.uid).sort();

async function settingOf(name: string): Promise<string> {
	const script = `console.log(process.env[${JSON.stringify(name)}])`;
	const [pod] = await pods(NAMESPACE, PORTAL_PODS);
	const node = ['-c', 'portal', '--', '/usr/local/bin/node', '-e', script];
	return (await kubectl('-n', NAMESPACE, 'exec', pod?.metadata.name ?? '', ...node)).trim();
}

describe('a changed value', () => {
	it('that is none restarts nothing', async () => {
		const before = await uids(PORTAL_PODS);
		await upgrade(VALUES);
		expect(await uids(PORTAL_PODS)).toEqual(before);
	});

	it('of the configuration restarts the portals by itself, and not the sidecars', async () => {
		const [portals, sidecars] = [await uids(PORTAL_PODS), await uids(SIDECAR_PODS)];
		await upgrade(DEBUG);
		expect((await uids(PORTAL_PODS)).filter((uid) => portals.includes(uid))).toEqual([]);
		expect(await uids(SIDECAR_PODS)).toEqual(sidecars);
		expect(await settingOf('LOG_LEVEL')).toBe('debug');
	});

	it('of a Secret restarts the portals by itself', async () => {
		const before = await uids(PORTAL_PODS);
		const changed = `${DATABASE_URL}?application_name=changed`;
		await apply({
			apiVersion: 'v1',
			kind: 'Secret',
			metadata: { name: 'karc-portal-database', namespace: NAMESPACE },
			stringData: { DATABASE_URL: changed },
		});
		await upgrade(DEBUG);
		expect((await uids(PORTAL_PODS)).filter((uid) => before.includes(uid))).toEqual([]);
		expect(await settingOf('DATABASE_URL')).toBe(changed);
	});

	afterAll(async () => {
		const { data } = await get<{ data: { 'ca.crt': string } }>(NAMESPACE, 'configmap', 'private-ca');
		await applySecrets(data['ca.crt']);
		await upgrade(VALUES);
	});
});

describe('a sidecar', () => {
	it('that is replaced is found again by the portal, which goes on as it is', async () => {
		const person = await admin();
		const portals = await uids(PORTAL_PODS);
		await kubectl('-n', NAMESPACE, 'rollout', 'restart', 'deployment/karc-portal-github-mcp');
		await kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/karc-portal-github-mcp', '--timeout=90s');
		await untilReady(person);
		const answer = await execute(person, await approve(person, 'After the sidecars were replaced'));
		expect(answer).toMatchObject({ status: 200, body: { ok: true } });
		expect(await uids(PORTAL_PODS)).toEqual(portals);
	});

	it('that is gone is said: not ready, provider_unreachable; and is back without a restart of the portal', async () => {
		const person = await admin();
		const portals = await uids(PORTAL_PODS);
		await kubectl('-n', NAMESPACE, 'scale', 'deployment/karc-portal-github-mcp', '--replicas=0');
		await kubectl('-n', NAMESPACE, 'delete', 'pod', '-l', SIDECAR_PODS, '--grace-period=0', '--force');
		const approved = await approve(person, 'While no sidecar was there');
		const refused = await execute(person, approved);
		expect(refused).toMatchObject({ status: 503, body: { code: 'provider_unreachable' } });
		await kubectl('-n', NAMESPACE, 'scale', 'deployment/karc-portal-github-mcp', '--replicas=2');
		await until(
			'two sidecars',
			() => pods(NAMESPACE, SIDECAR_PODS),
			(all) => all.filter(isReady).length === 2,
		);
		await untilReady(person);
		// What was certainly not sent may be executed again.
		expect(await execute(person, approved)).toMatchObject({ status: 200, body: { ok: true, replayed: false } });
		expect(await uids(PORTAL_PODS)).toEqual(portals);
	});
});
