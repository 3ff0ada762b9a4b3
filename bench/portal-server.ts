import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { seedDemo } from '#adapters/identity/demo';
import { createLogger } from '#adapters/system/logger';
import type { OwnOrigins } from '#api/http-checks';
import { compose, type Portal, type SandboxUpstream } from '#src/compose';
import { readProcessEnv } from '#src/env';
import { createFront } from '#src/front';
import { BENCH_LOGIN, BENCH_TOKEN } from './upstream-server.ts';

export const ACCOUNT = { email: 'admin@demo.local', password: 'sandbox-demo' };
export const TENANTS = ['bench-1', 'bench-2', 'bench-3', 'bench-4'] as const;

/** A whole portal as a process, on the database and the upstream that it is given; several share both. */
export async function servePortal(upstream: SandboxUpstream): Promise<void> {
	const env = readProcessEnv({ sandbox: true });
	if (!env.ok) throw new Error(env.error);
	const { log } = createLogger({ level: 'info', destination: pino.destination('/dev/null'), secrets: [] });
	let portal: Portal | null = null;
	let own: OwnOrigins = { hosts: new Set(), origins: new Set() };
	let portalUrl = '';
	const server = createFront({
		fetch: (request, bindings) =>
			(portal?.fetch(request, bindings as never) as Promise<Response>) ?? new Response('starting\n', { status: 503 }),
		pages: null,
		own: () => own,
		portalUrl: () => portalUrl,
		requestId: () => portal?.gateway.ids.uuid() ?? '',
		onError: (cause) => process.stderr.write(`${String(cause)}\n`),
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	portalUrl = `http://localhost:${port}`;
	own = { origins: new Set([portalUrl]), hosts: new Set([`localhost:${port}`]) };
	const composed = await compose({ env: env.value, log, own, portalUrl, sandbox: upstream });
	if (!composed.ok) throw new Error(composed.error);
	portal = composed.value;
	await seed(portal);
	await portal.start();
	process.stdout.write(`portal at ${portalUrl}\n`);
	process.once('SIGTERM', () => {
		server.closeAllConnections();
		server.close(() => void portal?.close().finally(() => process.exit(0)));
	});
}

/** Tenants in which the demo's admin may execute. A second portal on the same database finds them there. */
async function seed({ gateway, store, identity }: Portal): Promise<void> {
	const { tenantId } = await seedDemo(identity, store, { password: ACCOUNT.password });
	const by = { actor: { kind: 'system' } } as const;
	const entry = () => ({ action: 'bench.seed', ok: true, ...by });
	const admin = await identity.accounts.userByEmail(ACCOUNT.email);
	if (admin === null) throw new Error('no demo admin');
	if ((await store.tenantBySlug(TENANTS[0])) !== null) return;
	const made: string[] = [tenantId];
	for (const slug of TENANTS) {
		const tenant = { id: gateway.ids.uuid(), slug, name: slug };
		await store.createTenant(tenant, by);
		await store.addMember({ id: gateway.ids.uuid(), tenantId: tenant.id, userId: admin.id, role: 'ADMIN' }, by);
		await store.setDispatch({ tenantId: tenant.id, enabled: true, by: 'bench', reason: 'bench', entry });
		made.push(tenant.id);
	}
	for (const id of made) {
		const row = { tenantId: id, provider: 'github', credentialId: gateway.ids.uuid() };
		await store.putCredential({
			tenantId: id,
			credential: {
				id: row.credentialId,
				provider: 'github',
				kind: 'pat',
				fingerprint: gateway.vault.fingerprint(BENCH_TOKEN),
				login: BENCH_LOGIN,
				setBy: 'bench',
				setAt: gateway.clock.now(),
				testedAt: null,
				sealed: await gateway.vault.seal(BENCH_TOKEN, row),
			},
			entry,
		});
	}
}
