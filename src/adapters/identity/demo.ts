import type { TenancyStore } from '#adapters/store/tenancy';
import { uuidIds } from '#adapters/system/ids';
import type { Role } from '#core/access/roles';
import type { Ids } from '#gateway/ports/clock';
import type { Store } from '#gateway/ports/store';
import type { Accounts } from './accounts.ts';

const SLUG = 'demo';
const BY = { actor: { kind: 'system' } } as const;
const SEEDER = 'the sandbox';
const REASON = 'on in the sandbox';

const PEOPLE: readonly { email: string; name: string; role: Role; platformAdmin: boolean }[] = [
	{ email: 'admin@demo.local', name: 'Ada Lind', role: 'ADMIN', platformAdmin: true },
	{ email: 'member@demo.local', name: 'Ben Ochoa', role: 'MEMBER', platformAdmin: false },
	{ email: 'auditor@demo.local', name: 'Iris Kwan', role: 'AUDITOR', platformAdmin: false },
];

/**
 * The sandbox's tenant, accounts, switch and flag (contracts §7), at every start: what is missing is made, each with its audit
 * row, and an account whose password is another gets the given one. A switch or flag that anybody has ever touched
 * stays as it is. Each step looks for itself, so that a crash half-way is made good by the next start.
 */
export async function seedDemo(
	identity: { readonly accounts: Accounts },
	store: Store & TenancyStore,
	options: { password: string; ids?: Ids },
): Promise<{ tenantId: string }> {
	const ids = options.ids ?? uuidIds;
	const tenantId = await ensureTenant(store, ids);
	// One after the other: the rows in the log stand in this order.
	for (const person of PEOPLE) {
		const userId = await ensureUser(identity.accounts, person, options.password);
		if ((await store.membership(tenantId, userId)) === null) {
			await store.addMember({ id: ids.uuid(), tenantId, userId, role: person.role }, BY);
		}
		if (person.platformAdmin) await store.setPlatformAdmin(userId, BY);
	}
	await ensureSwitches(store, tenantId);
	return { tenantId };
}

async function ensureTenant(store: Store & TenancyStore, ids: Ids): Promise<string> {
	const existing = await store.tenantBySlug(SLUG);
	if (existing !== null) return existing.id;
	const id = ids.uuid();
	const made = await store.createTenant({ id, slug: SLUG, name: 'Demo' }, BY);
	if (made.ok) return id;
	// Taken in between: by another process of the same sandbox.
	const theirs = await store.tenantBySlug(SLUG);
	if (theirs === null) throw new Error('the demo tenant is taken and yet not there');
	return theirs.id;
}

async function ensureUser(accounts: Accounts, person: (typeof PEOPLE)[number], password: string): Promise<string> {
	const { email, name } = person;
	const existing = await accounts.userByEmail(email);
	if (existing !== null) {
		if (!(await accounts.hasPassword(existing.id, password))) await accounts.setPassword(existing.id, password);
		return existing.id;
	}
	const made = await accounts.createUser({ email, name, password });
	if (made.ok) return made.value.id;
	const theirs = await accounts.userByEmail(email);
	if (theirs === null) throw new Error(`the demo account ${email} is taken and yet not there`);
	return theirs.id;
}

/** Agent dispatch for the tenant, and `mcp.execute-tokens` for both (off wins); nobody has touched what names nobody. */
async function ensureSwitches(store: Store, tenantId: string): Promise<void> {
	const change = { enabled: true, by: SEEDER, reason: REASON };
	if ((await store.dispatch(tenantId)).by === null) {
		await store.setDispatch({
			tenantId,
			...change,
			entry: (old) => ({ action: 'dispatch.set', ...BY, ok: true, detail: { old, new: true, why: REASON } }),
		});
	}
	const flag = 'mcp.execute-tokens';
	const row = (await store.flags(tenantId)).find((candidate) => candidate.flag === flag);
	for (const [log, info] of [
		[null, row?.global],
		[tenantId, row?.tenant],
	] as const) {
		if (info === undefined || info.by !== null) continue;
		await store.setFlag({
			tenantId: log,
			flag,
			...change,
			entry: (old) => ({ action: 'flag.set', ...BY, ok: true, detail: { flag, old, new: true, why: REASON } }),
		});
	}
}
