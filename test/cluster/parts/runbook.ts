import { describe, expect, it } from 'vitest';
import { over, upgrade, VALUES } from '../chart.ts';
import { apply, kubectl, run, untilGone } from '../kube.ts';
import { approve, execute, TENANT, untilReady } from '../portal.ts';
import { NAMESPACE, PORTAL_PODS, PORTAL_URL } from '../settings.ts';
import { admin, signedOut } from '../story.ts';

/* Commands of docs/runbook.md as they stand there, in the portal's own pod. Last of all: a turned root key is not turned back. */

const inPortal = (...command: string[]) =>
	run('kubectl', ['-n', NAMESPACE, 'exec', 'deploy/karc-portal', '-c', 'portal', '--', 'portal', ...command]);

const keys = async (command: string): Promise<string> => {
	const { code, stdout, stderr } = await inPortal('keys', command);
	expect(code, stderr).toBe(0);
	return stdout;
};

/** The stored credential opens: only a write shows it. */
async function expectWritable(title: string): Promise<void> {
	const person = await admin();
	await untilReady(person);
	expect(await execute(person, await approve(person, title))).toMatchObject({ status: 200, body: { ok: true } });
}

describe('the runbook', () => {
	it('bootstrap prints a link to this portal', async () => {
		const { code, stdout } = await inPortal('bootstrap', '--email', 'ops@cluster.test');
		expect(code).toBe(0);
		expect(stdout).toMatch(new RegExp(`^${PORTAL_URL}/join#\\S+\\n$`));
	});

	it('a smoke from inside the portal’s pod, by a portal token: all green but the flag, which a token cannot switch', async () => {
		const person = await admin();
		const reason = 'cluster test';
		for (const path of ['/api/global-flags/mcp.execute-tokens', `/api/flags/mcp.execute-tokens?tenant=${TENANT}`]) {
			expect(await person.send('PUT', path, { enabled: true, reason })).toMatchObject({ status: 200 });
		}
		const minted = await person.send('POST', `/api/tokens?tenant=${TENANT}`, {
			name: 'smoke',
			scopes: ['read', 'propose', 'execute'],
			expiresInHours: 1,
		});
		expect(minted.status).toBe(201);
		const { code, stdout } = await inPortal(
			...['smoke', '--json', '--token', minted.body.token, '--url', PORTAL_URL, '--connect', 'http://127.0.0.1:3000'],
			...['--tenant', TENANT, '--owner', 'acme', '--repo', 'payments-api'],
		);
		const { steps } = JSON.parse(stdout) as { steps: { step: string; result: string }[] };
		const notOk = steps.filter(({ result }) => result !== 'ok').map(({ step, result }) => `${step} ${result}`);
		expect({ code, notOk }, stdout).toEqual({ code: 2, notOk: ['flag-off not_run'] });
	});

	it('a request is found in the logs by its id', async () => {
		const { body } = await (await admin()).send('GET', '/api/audit?tenant=nobody');
		const selected = ['-l', 'app.kubernetes.io/name=karc-portal', '-c', 'portal', '--tail=-1'];
		expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
		expect(await kubectl('-n', NAMESPACE, 'logs', ...selected)).toContain(body.requestId);
	});

	it('the root key is turned in four upgrades, and the credential opens after each', async () => {
		const name = 'karc-portal-root-key-2';
		await apply({
			apiVersion: 'v1',
			kind: 'Secret',
			metadata: { name, namespace: NAMESPACE },
			stringData: { PORTAL_SECRET: 'second-root-key-0123456789-0123456789-abcdefg' },
		});
		await upgrade(over(VALUES, { rootKey: { previous: { existingSecret: name } } }));
		await expectWritable('While both keys open');
		const swapped = { existingSecret: name, previous: { existingSecret: 'karc-portal-root-key' } };
		await upgrade(over(VALUES, { rootKey: swapped }));
		await untilGone(NAMESPACE, PORTAL_PODS);
		expect((await (await admin()).send('GET', '/api/me')).status).toBe(401);
		signedOut();
		await expectWritable('After the swap');
		await untilGone(NAMESPACE, PORTAL_PODS);
		await keys('rewrap');
		await keys('status');
		await upgrade(over(VALUES, { rootKey: { existingSecret: name } }));
		await expectWritable('Under the new key alone');
		await upgrade(over(VALUES, { rootKey: { existingSecret: name, keyVersion: 2 } }));
		await untilGone(NAMESPACE, PORTAL_PODS);
		await keys('reencrypt');
		await expectWritable('Under the second version');
		const verdict = await (await admin()).send('POST', `/api/audit/verify-chain?tenant=${TENANT}`, {});
		expect(verdict).toMatchObject({ status: 200, body: { ok: true } });
	}, 300_000);
});
