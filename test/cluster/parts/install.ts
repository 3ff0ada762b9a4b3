import { describe, expect, it } from 'vitest';
import { CHART, RELEASE, VALUES, withValues } from '../chart.ts';
import { sidecarKind } from '../images/make.ts';
import { get, helm, isReady, kubectl, pods, run, until } from '../kube.ts';
import { makeTenant, untilReady } from '../portal.ts';
import { DATABASE_URL, MIGRATION_URL, NAMESPACE, PORTAL_PODS, SIDECAR_PODS } from '../settings.ts';
import { admin, client, figure, github, memoryOf, psql, smoke } from '../story.ts';

describe('a first installation', () => {
	it('helm install --wait brings up two portals and two sidecars where PodSecurity is “restricted”', async () => {
		const began = performance.now();
		await withValues(VALUES, (file) =>
			helm('install', RELEASE, CHART, '-n', NAMESPACE, '-f', file, '--wait', '--timeout', '120s'),
		).catch(explained);
		figure(`helm install --wait: ${((performance.now() - began) / 1000).toFixed(1)} s`);
		const [portals, sidecars] = await Promise.all([pods(NAMESPACE, PORTAL_PODS), pods(NAMESPACE, SIDECAR_PODS)]);
		expect(portals.filter(isReady)).toHaveLength(2);
		expect(sidecars.filter(isReady)).toHaveLength(2);
		expect(portals.flatMap(({ status }) => status.containerStatuses ?? []).map((c) => c.restartCount)).toEqual([0, 0]);
	}, 240_000);

	it('the portal’s process has no privilege, no writable root and no service-account token', async () => {
		const script = `const {readFileSync: r, writeFileSync: w, existsSync: e} = require('node:fs');
			const s = r('/proc/1/status', 'utf8'); const line = (n) => new RegExp('^' + n + ':\\\\s*(\\\\S+)', 'm').exec(s)[1];
			let root = 'writable'; try { w('/app/x', ''); } catch (c) { root = c.code; }
			w('/tmp/x', '');
			console.log(JSON.stringify({ uid: line('Uid'), caps: line('CapEff'), privs: line('NoNewPrivs'), seccomp: line('Seccomp'),
				root, token: e('/var/run/secrets/kubernetes.io/serviceaccount/token') }));`;
		const said = await kubectl(
			'-n',
			NAMESPACE,
			'exec',
			'deploy/karc-portal',
			'--',
			'/usr/local/bin/node',
			'-e',
			script,
		);
		expect(JSON.parse(said)).toEqual({
			uid: '10001',
			caps: '0000000000000000',
			privs: '1',
			seccomp: '2',
			root: 'EROFS',
			token: false,
		});
	});

	it('the schema is its owner’s; the role that serves cannot change or remove an audit row', async () => {
		const owner = await psql(DATABASE_URL, "SELECT tableowner FROM pg_tables WHERE tablename = 'audit_entry'");
		expect(owner).toEqual({ code: 0, said: 'portal_owner' });
		for (const sql of ['DELETE FROM audit_entry', "UPDATE audit_entry SET entry = ''", 'TRUNCATE audit_entry']) {
			const tried = await psql(DATABASE_URL, sql);
			expect(tried, sql).toMatchObject({ code: 1 });
			expect(tried.said).toContain('permission denied for table audit_entry');
		}
		expect((await psql(DATABASE_URL, 'CREATE TABLE mine ()')).said).toContain('permission denied');
		// Even the owner, whom rights do not bind, is stopped by the trigger: else these refusals could come from nowhere.
		expect((await psql(MIGRATION_URL, 'TRUNCATE audit_entry')).said).not.toContain('permission denied');
	});

	it('the container that serves is not given the owner’s password', async () => {
		const { spec } = await get<{ spec: { template: { spec: PodSpec } } }>(NAMESPACE, 'deploy', 'karc-portal');
		const named = (containers: readonly Container[]) =>
			containers.flatMap(({ env }) => (env ?? []).map(({ name }) => name));
		expect(named(spec.template.spec.initContainers)).toContain('DATABASE_MIGRATION_URL');
		expect(named(spec.template.spec.containers)).not.toContain('DATABASE_MIGRATION_URL');
	});

	it('the first admin of the Secret signs in, makes a tenant, stores the PAT, switches dispatch on: ready', async () => {
		const person = await admin();
		expect((await person.send('GET', '/api/me')).body).toMatchObject({ platformAdmin: true });
		await makeTenant(person);
		const { body } = await untilReady(person);
		expect(body).toMatchObject({ credential: { ok: true, login: 'karc-bot' }, upstream: { ok: true, drift: [] } });
	});

	it('portal smoke is green through the Service', async () => {
		const { exit, steps, printed } = await smoke();
		expect(
			steps.map(({ step, result }) => `${step} ${result}`),
			printed,
		).toEqual(steps.map(({ step }) => `${step} ok`));
		expect({ exit, steps: steps.length }).toEqual({ exit: 0, steps: 8 });
		expect((await github().titles('payments-api')).filter((title) => title.startsWith('Smoke test'))).toHaveLength(1);
	});

	it('helm test is green', async () => {
		await helm('test', RELEASE, '-n', NAMESPACE, '--timeout', '120s');
		expect((await github().titles('payments-api')).filter((title) => title.startsWith('Smoke test'))).toHaveLength(2);
	});

	it('the pages are there too', async () => {
		const answer = await client().send({ url: 'http://karc-portal.karc-test.svc.cluster.local/sign-in' });
		expect(answer.status).toBe(200);
		expect(answer.body).toContain('<html');
	});

	it('a portal and a sidecar keep within what the chart requests for them', async () => {
		const portals = await until(
			'figures of both portals',
			() => memoryOf('portal'),
			(all) => all.length === 2,
			{ within: 60_000, every: 1_000 },
		);
		const sidecars = await memoryOf('github-mcp');
		figure(`memory after the smoke: portals ${portals.join(', ')} MiB, sidecars ${sidecars.join(', ')} MiB`);
		expect(Math.max(...portals)).toBeLessThan(384);
		// The sandbox's in its place is another program, and a larger one.
		if (sidecarKind() === 'real') expect(Math.max(...sidecars)).toBeLessThan(64);
	});
});

/** An installation that does not come up, with what its pods have to say. */
async function explained(cause: Error): Promise<never> {
	const says = await run('kubectl', ['-n', NAMESPACE, 'get', 'pods,events', '-o', 'wide']);
	const log = (container: string) =>
		run('kubectl', ['-n', NAMESPACE, 'logs', '-l', PORTAL_PODS, '-c', container, '--tail=15']);
	const logs = [await log('migrate'), await log('portal')].map(({ stdout, stderr }) => `${stdout}${stderr}`);
	throw new Error([cause.message, says.stdout, ...logs].join('\n'));
}

interface Container {
	readonly env?: readonly { readonly name: string }[];
}
interface PodSpec {
	readonly containers: readonly Container[];
	readonly initContainers: readonly Container[];
}
