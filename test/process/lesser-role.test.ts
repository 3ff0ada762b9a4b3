import { afterAll, describe, expect, it } from 'vitest';
import { twoRoles } from '#test/cli/two-roles';
import { newDatabase } from '#test/gateway/rig';
import { auditRows, issue, proposed, startPortal } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

const bin = findPostgres();
if (bin === null && process.env.CI === 'true') throw new Error('no PostgreSQL: this suite needs it in CI');
let cluster: Cluster | undefined;
afterAll(() => cluster?.stop());

const PASSWORD = 'a-long-enough-password';

describe.runIf(bin !== null)('the whole portal over a role that only serves', { timeout: 120_000 }, () => {
	it('[lesser-role] proposes, executes, replays, changes settings, lets people in, and reads and verifies its log', async () => {
		cluster = await startPostgres(bin ?? '', { durable: false });
		const roles = await twoRoles(await newDatabase(cluster));
		const { portal, as, anonymous, bearer, close } = await startPortal({
			env: { DATABASE_URL: roles.serving, DATABASE_MIGRATION_URL: roles.owner },
		});
		try {
			const owned = await portal.database.query<{ yes: boolean }>(
				"SELECT pg_has_role(relowner, 'MEMBER') AS yes FROM pg_class WHERE relname = 'audit_entry'",
			);
			expect(owned).toEqual([{ yes: false }]);
			const admin = await as('admin');
			const member = await as('member');
			const tenant = '?tenant=demo';
			const ok = async (answer: Promise<{ status: number; text: string }>) => {
				const { status, text } = await answer;
				expect(status, text).toBeLessThan(300);
				return text === '' ? null : JSON.parse(text);
			};

			const request = await proposed(member, issue('By a lesser role'));
			const first = await ok(admin.post(`/api/mcp/execute${tenant}`, request));
			expect(await ok(admin.post(`/api/mcp/execute${tenant}`, request))).toMatchObject({
				replayed: true,
				artifact: first.artifact,
			});
			expect((await admin.post(`/api/mcp/execute${tenant}`, { ...request, argsSha: '0'.repeat(64) })).status).toBe(409);
			await ok(admin.get(`/api/mcp/executions/${first.executionId}${tenant}`));
			await ok(admin.get(`/api/mcp/prereqs${tenant}`));

			await ok(admin.put(`/api/flags/mcp.gateway${tenant}`, { enabled: false }));
			await ok(admin.put(`/api/flags/mcp.gateway${tenant}`, { enabled: true, reason: 'test' }));
			await ok(admin.put('/api/global-flags/mcp.gateway', { enabled: true, reason: 'test' }));
			await ok(admin.put(`/api/agent-dispatch${tenant}`, { enabled: false }));
			await ok(admin.post(`/api/credentials/github/test${tenant}`));
			const token = await ok(admin.post(`/api/tokens${tenant}`, { name: 'ci', scopes: ['read'], expiresInHours: 1 }));
			await ok(bearer(token.token).get('/api/me'));
			await ok(admin.delete(`/api/tokens/${token.id}${tenant}`));
			await ok(admin.delete(`/api/credentials/github${tenant}`));

			const invited = await ok(
				admin.post(`/api/members${tenant}`, { email: 'new@example.com', name: 'Neo Ba', role: 'MEMBER' }),
			);
			const secret = String(invited.link).split('#')[1];
			await ok(anonymous.post('/api/join', { secret, name: 'Neo Ba', password: PASSWORD }));
			const { members } = await ok(admin.get(`/api/members${tenant}`));
			const joined = members.find(({ email }: { email: string }) => email === 'new@example.com');
			await ok(admin.send('PATCH', `/api/members/${joined.id}${tenant}`, { role: 'AUDITOR' }));
			await ok(admin.delete(`/api/members/${joined.id}${tenant}`));
			await ok(admin.post('/api/tenants', { slug: 'second', name: 'Second', adminEmail: 'second@example.com' }));

			expect((await auditRows(admin)).length).toBeGreaterThan(10);
			expect(await ok(admin.post(`/api/audit/verify-chain${tenant}`))).toMatchObject({ ok: true });
			expect((await admin.get(`/api/audit/export${tenant}`)).status).toBe(200);
			expect(await ok(admin.post('/api/audit/verify-chain?log=platform'))).toMatchObject({ ok: true });
			expect((await anonymous.get('/metrics')).status).toBe(200);
			expect((await admin.post('/api/auth/sign-out', {})).status).toBe(200);

			for (const sql of ["UPDATE audit_entry SET entry = 'x'", 'DELETE FROM audit_entry', 'TRUNCATE audit_entry']) {
				await expect(portal.database.query(sql)).rejects.toThrow(/permission denied/);
			}
		} finally {
			await close();
		}
	});
});
