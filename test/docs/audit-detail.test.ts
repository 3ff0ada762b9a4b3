import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sceneOn } from '#test/gateway/looks-rig';
import { type Row, rowsOf } from '#test/gateway/rig';
import { issue, proposed, startPortal } from '#test/support/portal';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/audit-log-format.md'), 'utf8');
const section = page.slice(page.indexOf('\n## Detail'), page.indexOf('\n## Hashes'));

/** What the table says: by action, or by `mcp.tool.` and the like, the keys of its row. */
const table = new Map<string, Set<string>>();
for (const [, actions = '', keys = ''] of section.matchAll(/^\| (`.*?`) \| (.*) \|$/gm)) {
	const named = [...keys.matchAll(/`([a-z]\w*)`/gi)].map(([, key]) => key ?? '');
	for (const [, action = ''] of actions.matchAll(/`([\w.*-]+)`/g)) table.set(action.replace(/\*$/, ''), new Set(named));
}
// “the same, and”
const resolves = table.get('mcp.resolve.');
for (const key of table.get('mcp.reconcile.') ?? []) resolves?.add(key);

const keysOf = (action: string) => table.get(action) ?? table.get(action.replace(/^(mcp\.[a-z]+\.).*/, '$1'));

describe('the keys of an entry’s detail', () => {
	it('are documented for every action that the portal writes', () => {
		const sources = ['gateway', 'adapters/store', 'adapters/identity', 'cli']
			.flatMap((folder) => readdirSync(join(root, 'src', folder)).map((name) => join(root, 'src', folder, name)))
			.filter((path) => path.endsWith('.ts'))
			.map((path) => readFileSync(path, 'utf8'));
		const written =
			/['`]((?:access|credential|dispatch|flag|invitation|member|targets|tenant|token)\.[a-z.-]+|mcp\.[a-z]+\.(?=\$))/g;
		const actions = new Set(sources.flatMap((text) => [...text.matchAll(written)].map(([, action]) => action ?? '')));
		expect(actions.size).toBeGreaterThan(15);
		expect([...actions].filter((action) => keysOf(action) === undefined)).toEqual([]);
		expect([...table.keys()].filter((action) => !actions.has(action))).toEqual([]);
	});

	it('are those of the table, in what a portal that is used has written', async () => {
		const test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
		try {
			const scene = await sceneOn(test);
			const admin = await test.as('admin');
			const done = async (answer: ReturnType<typeof admin.post>) => {
				const { status, body, text } = await answer;
				expect(status, text).toBeLessThan(300);
				return body;
			};
			const here = (path: string) => `/api/${path}?tenant=demo`;
			await done(admin.post('/api/mcp/execute?tenant=demo', await proposed(admin, issue('Written'))));
			await scene.lookToTheEnd(await scene.lost('Found', { landed: true }));
			const lost = await scene.lost('Settled');
			await test.portal.database.query(`UPDATE execution SET state = 'NEEDS_HUMAN' WHERE id = $1`, [lost.id]);
			await done(admin.delete(here('credentials/github')));
			await done(admin.post(here(`mcp/executions/${lost.id}/resolve`), { happened: false, reason: 'I looked.' }));
			const token = `ghp_${'d'.repeat(36)}`;
			test.sandbox.github.state.addToken({ token, login: 'acme-sarc-bot', scopes: ['repo'] });
			await done(admin.put(here('credentials/github'), { kind: 'pat', token }));
			await done(admin.put(here('flags/mcp.gateway'), { enabled: false, reason: 'a test' }));
			await done(admin.put(here('agent-dispatch'), { enabled: false, reason: 'a test' }));
			await done(admin.put(here('targets'), { allow: ['acme/*'], reason: 'a test' }));
			const made = await done(admin.post(here('tokens'), { name: 'ci', scopes: ['read'], expiresInHours: 1 }));
			await done(admin.delete(here(`tokens/${made.id}`)));
			const joins = await done(admin.post(here('members'), { email: 'j@x.test', name: 'Jo', role: 'MEMBER' }));
			const secret = String(joins.link).split('#')[1] ?? '';
			await done(admin.post('/api/join', { secret, name: 'Jo', password: 'a long password' }));
			await done(admin.send('PATCH', here(`members/${joins.id}`), { role: 'AUDITOR' }));
			await done(admin.delete(here(`members/${joins.id}`)));
			const other = await done(admin.post(here('members'), { email: 'k@x.test', name: 'Kim', role: 'MEMBER' }));
			await done(admin.send('PATCH', here(`members/${other.id}`), { role: 'ADMIN' }));
			await done(admin.delete(here(`members/${other.id}`)));
			await done(admin.post('/api/tenants', { slug: 'more', name: 'More', adminEmail: 'l@x.test' }));

			const rows: Row[] = [...(await rowsOf(scene.deps, scene.tenantId)), ...(await rowsOf(scene.deps, 'platform'))];
			const unlisted = rows.flatMap(({ action, detail = {} }) =>
				Object.keys(detail)
					.filter((key) => keysOf(action)?.has(key) !== true)
					.map((key) => `${action}: ${key}`),
			);
			expect(unlisted).toEqual([]);
			const met = new Set(rows.map(({ action }) => action.replace(/^(mcp\.[a-z]+\.).*/, '$1')));
			// Those of the command line, by which keys are turned.
			const unmet = [...table.keys()].filter((action) => !met.has(action));
			expect(unmet).toEqual(['credential.rewrapped', 'credential.reencrypted']);
		} finally {
			await test.close();
		}
	});
});
