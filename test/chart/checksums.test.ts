import { describe, expect, it } from 'vitest';
import { type KubeObject, one, render, renderInto } from './helm.ts';
import { type Stored, withCluster } from './stub-cluster.ts';

const SIDECAR = 'karc-portal-github-mcp';
const sidecar = { mcp: { github: { enabled: true } } };

/** The annotations that restart pods when they change. Whoever may read a Deployment, or a repository of renders, sees them. */
function sums(objects: readonly KubeObject[], name = 'karc-portal'): Record<string, string> {
	const { annotations } = one(objects, 'Deployment', name).spec.template.metadata;
	return { config: annotations['checksum/config'], secret: annotations['checksum/secret'] };
}

describe('no checksum lets a weak password be guessed: a trial’s', () => {
	const trial = (data: object) =>
		sums(
			render({
				database: { existingSecret: 'db' },
				rootKey: { existingSecret: 'key' },
				trialSecret: { create: true, data },
			}),
		);
	const admin = (password: string) => ({ PORTAL_ADMIN_EMAIL: 'ops@example.com', PORTAL_ADMIN_PASSWORD: password });

	it.each<[string, (text: string) => object]>([
		['first admin', admin],
		['smoke', (password) => ({ PORTAL_SMOKE_PASSWORD: password })],
		['database', (password) => ({ DATABASE_URL: `postgresql://portal:${password}@postgres/portal` })],
		['owner', (password) => ({ DATABASE_MIGRATION_URL: `postgresql://owner:${password}@postgres/portal` })],
	])('%s', (_what, data) => {
		expect(trial(data('Winter2026!!'))).toEqual(trial(data('Summer2026!!')));
	});

	it('changes it only where the root key is hashed with it', () => {
		const salted = (password: string) => trial({ PORTAL_SECRET: 'x'.repeat(32), ...admin(password) });
		expect(salted('Winter2026!!').secret).not.toBe(salted('Summer2026!!').secret);
	});
});

describe('a Secret that is there', () => {
	const names = ['db', 'owner', 'key', 'old', 'admin', 'ca'];
	const values = {
		...sidecar,
		database: { existingSecret: 'db', migration: { existingSecret: 'owner' } },
		rootKey: { existingSecret: 'key', previous: { existingSecret: 'old' } },
		firstAdmin: { existingSecret: 'admin' },
		privateCA: { secret: 'ca' },
	};
	const there = (data: string, changed?: string): Stored[] =>
		names.map((name) => ({ kind: 'Secret', name, resourceVersion: name === changed ? '8' : '7', data: { any: data } }));
	const both = (stored: readonly Stored[], more: object = {}) =>
		withCluster(stored, async (address, asked) => {
			const objects = await renderInto(address, { ...values, ...more });
			return { portal: sums(objects), sidecar: sums(objects, SIDECAR), asked: [...asked] };
		});

	it('tells nothing of what it holds, alone or among others', async () => {
		const weak = await both(there('Winter2026!!'));
		for (const name of names) expect(weak.asked).toContain(`api/v1/namespaces/prod/secrets/${name}`);
		const other = await both(there('Summer2026!!'));
		expect([other.portal, other.sidecar]).toEqual([weak.portal, weak.sidecar]);
		const alone = (data: string) => both(there(data).filter(({ name }) => name === 'admin'));
		expect((await alone('Winter2026!!')).portal).toEqual((await alone('Summer2026!!')).portal);
	});

	it('restarts the pods that read it once it has changed, and no others', async () => {
		const before = await both(there('a'));
		for (const name of names) {
			const after = await both(there('a', name));
			expect(after.portal.secret, name).not.toBe(before.portal.secret);
			expect(after.sidecar.secret === before.sidecar.secret, name).toBe(name !== 'ca');
		}
	});

	it('so does a changed ConfigMap with a private CA', async () => {
		const at = async (resourceVersion: string) => {
			const ca: Stored = { kind: 'ConfigMap', name: 'ca', resourceVersion, data: {} };
			return both([ca], { privateCA: { configMap: 'ca' } });
		};
		const [one, two] = [await at('1'), await at('2')];
		expect(one.portal.config).not.toBe(two.portal.config);
		expect(one.sidecar.secret).not.toBe(two.sidecar.secret);
	});
});
