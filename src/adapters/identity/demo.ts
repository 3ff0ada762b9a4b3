import type { Role } from '#core/access/roles';
import type { AuditStore, IdentityStore, SettingsStore } from '#gateway/ports';
import type { Accounts } from './accounts.ts';

const TENANT = { slug: 'demo', name: 'Demo', agentDispatch: true } as const;

const PEOPLE: readonly { email: string; name: string; role: Role; platformAdmin: boolean }[] = [
	{ email: 'admin@demo.local', name: 'Ada Lind', role: 'ADMIN', platformAdmin: true },
	{ email: 'member@demo.local', name: 'Ben Ochoa', role: 'MEMBER', platformAdmin: false },
	{ email: 'auditor@demo.local', name: 'Iris Kwan', role: 'AUDITOR', platformAdmin: false },
];

/**
 * The sandbox's tenant and accounts (contracts §7), at every start: what is missing is made, and each account gets
 * the given password when it has another. Roles, switches and flags that somebody has changed since stay as they are.
 * `created` says that the tenant has no history yet: the caller then adds what its first row records. So a crash half-way
 * is made good by the next start.
 */
export async function seedDemo(
	identity: { readonly accounts: Accounts },
	store: Pick<IdentityStore & SettingsStore & AuditStore, 'tenantBySlug' | 'flags' | 'setFlag' | 'head' | 'append'>,
	options: { password: string },
): Promise<{ tenantId: string; created: boolean }> {
	const { accounts } = identity;
	if ((await store.tenantBySlug(TENANT.slug)) === null) {
		// The row first: a tenant without its row must not exist. A crash right here leaves a row more than tenants.
		await store.append('platform', {
			action: 'tenant.created',
			actor: { kind: 'system' },
			ok: true,
			detail: { old: null, new: TENANT.slug, why: 'demo tenant of the sandbox' },
		});
	}
	const tenantId = await accounts.ensureTenant(TENANT);
	await Promise.all(PEOPLE.map((person) => ensurePerson(accounts, tenantId, person, options.password)));

	const created = (await store.head(tenantId)).size === 0;
	if (created) await allowExecuteTokens(store, tenantId);
	return { tenantId, created };
}

async function ensurePerson(
	accounts: Accounts,
	tenantId: string,
	person: (typeof PEOPLE)[number],
	password: string,
): Promise<void> {
	const { email, name, role, platformAdmin } = person;
	let user = await accounts.userByEmail(email);
	if (user === null) {
		await accounts.createUser({ email, name, password });
		// Read again rather than taken from above: another process of the same sandbox may have been the one that made it.
		user = await accounts.userByEmail(email);
		if (user === null) throw new Error(`the demo account ${email} is missing after it was made`);
	} else if (!(await accounts.hasPassword(user.id, password))) {
		await accounts.setPassword(user.id, password);
	}
	await accounts.ensureMember({ tenantId, userId: user.id, role });
	if (platformAdmin) await accounts.ensurePlatformAdmin(user.id);
}

/** `mcp.execute-tokens` is off by default and on in the sandbox (contracts §1). */
async function allowExecuteTokens(store: Pick<SettingsStore, 'flags' | 'setFlag'>, tenantId: string): Promise<void> {
	const flag = 'mcp.execute-tokens';
	const row = (await store.flags(tenantId)).find((candidate) => candidate.flag === flag);
	if (row?.global.enabled === true) return;
	const reason = 'on in the sandbox';
	await store.setFlag({
		tenantId: null,
		flag,
		enabled: true,
		by: 'the sandbox',
		reason,
		entry: (old) => ({
			action: 'flag.set',
			actor: { kind: 'system' },
			ok: true,
			detail: { flag, old, new: true, why: reason },
		}),
	});
}
