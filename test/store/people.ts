import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { Role } from '#core/access/roles';
import type { Person } from '#gateway/ports/caller';
import type { MemberEntry, NewAccount, PeopleStore } from '#gateway/ports/people';
import { type Bench, draft, type Office } from './fixture.ts';

export const entry: MemberEntry = (action, change) => draft({ action, detail: { ...change } });
export const DAY_MS = 86_400_000;

interface Asked {
	readonly id: string;
	readonly email: string;
	readonly secretHash: string;
}

export const newEmail = () => `${randomBytes(6).toString('hex')}@example.test`;

export function letIn(bench: Bench, office: Office, email = newEmail(), role: Role = 'MEMBER', store = bench.store) {
	const secretHash = randomBytes(32).toString('hex');
	const expiresAt = new Date(bench.now.getTime() + 7 * DAY_MS);
	const done = store.letIn({
		tenantId: office.tenant.id,
		by: office.ada.id,
		newcomer: { id: v7(), email, name: 'New Person', role },
		link: { secretHash, expiresAt },
		entry,
	});
	return done.then((result) => ({ result, email, secretHash }));
}

export async function invited(bench: Bench, office: Office, email?: string, role?: Role): Promise<Asked> {
	const { result, ...asked } = await letIn(bench, office, email, role);
	if (!result.ok || result.value.kind !== 'invited') throw new Error(JSON.stringify(result));
	return { id: result.value.id, ...asked };
}

export const newAccount = (): NewAccount => ({
	userId: v7(),
	accountId: v7(),
	name: 'New Person',
	passwordHash: 'salt:hash',
});

export function join(store: PeopleStore, tenantId: string, secretHash: string, who?: { account: Person }) {
	return store.acceptInvitation({
		tenantId,
		secretHash,
		who: who ?? { make: newAccount() },
		entry: (person, salt, change) =>
			draft({ action: 'member.joined', detail: { userId: person.id, salt: salt.length, ...change } }),
	});
}

export async function joined(bench: Bench, office: Office, role: Role = 'MEMBER', email?: string) {
	const asked = await invited(bench, office, email, role);
	const done = await join(bench.store, office.tenant.id, asked.secretHash);
	if (!done.ok) throw new Error(done.error);
	const { members } = await bench.store.members(office.tenant.id);
	const member = members.find(({ id }) => id === asked.id);
	if (member === undefined) throw new Error('not in the list');
	return member;
}
