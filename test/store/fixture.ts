import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { Database } from '#adapters/store/database';
import { createStore, type PortalStore } from '#adapters/store/store';
import type { Actor, EntryDraft } from '#core/audit/entry';
import { type ChainVerdict, createVerifier } from '#core/audit/verify';
import type { Sha256 } from '#core/sha256';
import type { Caller, Person, Principal, Tenant } from '#gateway/ports/caller';
import type { Execution, SettleInput } from '#gateway/ports/executions';
import type { ReserveInput } from '#gateway/ports/reservation';

export const sha256: Sha256 = (data) => createHash('sha256').update(data).digest();
export const system = { actor: { kind: 'system' } } as const;

export interface Bench {
	readonly store: PortalStore;
	readonly database: Database;
	/** What the clock says; tests set it. */
	now: Date;
	readonly lines: Record<string, unknown>[];
}

export function benchOver(database: Database): Bench {
	const lines: Record<string, unknown>[] = [];
	const note = (fields: Record<string, unknown>) => {
		lines.push(fields);
	};
	const bench: Bench = {
		database,
		lines,
		now: new Date('2026-11-24T09:00:00.000Z'),
		store: createStore(database, {
			random: randomBytes,
			clock: { now: () => bench.now },
			log: { info: note, warn: note, error: note },
		}),
	};
	return bench;
}

export interface Office {
	readonly tenant: Tenant;
	readonly ada: Person;
	readonly caller: Caller;
	readonly actor: Actor;
	readonly credentialId: string;
}

export async function newPerson(database: Database): Promise<Person> {
	const id = randomUUID();
	const person = { id, name: `Ada ${id.slice(0, 4)}`, email: `${id}@example.test` };
	await database.query('INSERT INTO "user" (id, name, email) VALUES ($1, $2, $3)', [id, person.name, person.email]);
	return person;
}

export async function newTenant({ store }: Bench): Promise<Tenant> {
	const id = v7();
	const tenant = { id, slug: `t-${id.slice(-12)}`, name: 'Acme' };
	const made = await store.createTenant(tenant, system);
	if (!made.ok) throw new Error(made.error);
	return tenant;
}

/** A tenant in which Ada, its ADMIN, may execute: dispatch on, a credential set. */
export async function newOffice(bench: Bench): Promise<Office> {
	const { store, database } = bench;
	const tenant = await newTenant(bench);
	const ada = await newPerson(database);
	const memberId = v7();
	await store.addMember({ id: memberId, tenantId: tenant.id, userId: ada.id, role: 'ADMIN' }, system);
	await store.setDispatch({ tenantId: tenant.id, enabled: true, by: ada.name, reason: 'test', entry: () => draft() });
	const credentialId = v7();
	await putCredential(bench, tenant.id, credentialId);
	const principal: Principal = { kind: 'user', person: ada, platformAdmin: false, sessionId: 's' };
	return {
		tenant,
		ada,
		credentialId,
		actor: { kind: 'user', id: ada.id, commit: 'c'.repeat(64), role: 'ADMIN' },
		caller: { principal, tenant, memberId, role: 'ADMIN', requestId: 'req-1' },
	};
}

export async function putCredential(bench: Bench, tenantId: string, id: string, login = 'acme-bot'): Promise<void> {
	await bench.store.putCredential({
		tenantId,
		credential: {
			id,
			provider: 'github',
			kind: 'pat',
			fingerprint: '7c1e·94d0',
			login,
			sealed: `sealed-${id}`,
			setBy: 'Ada',
			setAt: bench.now,
			testedAt: null,
		},
		entry: () => draft({ action: 'credential.set' }),
	});
}

/** A token of the office's admin, as a caller. `execute` also has to be on, globally and here. */
export async function tokenCaller(
	bench: Bench,
	office: Office,
	options: { scopes?: ('read' | 'propose' | 'execute')[]; expiresAt?: Date } = {},
): Promise<Caller & { principal: { kind: 'token' } }> {
	const scopes = options.scopes ?? ['read', 'execute'];
	const id = v7();
	const expiresAt = options.expiresAt ?? new Date(bench.now.getTime() + 3_600_000);
	await bench.store.createToken({
		tenantId: office.tenant.id,
		hash: randomBytes(32).toString('hex'),
		token: {
			id,
			name: 'ci',
			scopes,
			ownerId: office.ada.id,
			owner: office.ada.name,
			createdAt: bench.now,
			expiresAt,
			lastUsedAt: null,
		},
		entry: draft({ action: 'token.created' }),
	});
	const principal = {
		kind: 'token',
		tokenId: id,
		tokenName: 'ci',
		tenantId: office.tenant.id,
		scopes,
		person: office.ada,
	} as const;
	return { ...office.caller, principal };
}

export async function setFlagEverywhere(bench: Bench, tenantId: string, flag: 'mcp.execute-tokens', enabled: boolean) {
	for (const where of [null, tenantId]) {
		await bench.store.setFlag({ tenantId: where, flag, enabled, by: 'Ada', reason: 'test', entry: () => draft() });
	}
}

export function draft(more: Partial<EntryDraft> = {}): EntryDraft {
	return { action: 'test.thing', actor: { kind: 'system' }, ok: true, ...more };
}

export function newSha(): string {
	return randomBytes(32).toString('hex');
}

export function reservation(office: Office, more: Partial<ReserveInput> = {}): ReserveInput {
	return {
		executionId: v7(),
		caller: office.caller,
		provider: 'github',
		tool: 'issue_write',
		method: 'create',
		argsSha: newSha(),
		target: { owner: 'acme', repo: 'payments-api' },
		actor: office.actor,
		leaseMs: 60_000,
		beforeSha: null,
		afterSha: null,
		budget: { perMinute: null, perHour: null },
		...more,
	};
}

export async function mustReserve(bench: Bench, input: ReserveInput): Promise<Execution> {
	const result = await bench.store.reserve(input);
	if (result.kind !== 'reserved') throw new Error(`not reserved: ${JSON.stringify(result)}`);
	return result.execution;
}

/** Asks for an address, whenever it was settled. */
export const ever = (url: string): { url: string; settledSince: null } => ({ url, settledSince: null });

/** Another address for each execution, as GitHub gives. */
export function artifactOf({ id }: Pick<Execution, 'id'>): string {
	return `https://github.com/acme/payments-api/issues/${Number.parseInt(id.slice(-8), 16)}`;
}

export function settlement(execution: Execution, more: Partial<SettleInput> = {}): SettleInput {
	return {
		executionId: execution.id,
		epoch: execution.epoch,
		from: ['RESERVED'],
		to: 'CONFIRMED',
		code: null,
		reason: null,
		artifactUrl: artifactOf(execution),
		nextCheckInMs: null,
		isAttemptRow: true,
		entry: draft({ action: 'mcp.tool.github.issue_write', executionId: execution.id, argsSha: execution.argsSha }),
		...more,
	};
}

/** Re-derives the whole log from its stored bytes. Ask for it after whatever a test did to a log. */
export async function verifyLog(store: PortalStore, log: string): Promise<ChainVerdict> {
	const head = await store.head(log);
	const verifier = createVerifier({ log }, sha256);
	for await (const batch of store.scan(log, head.size)) for (const row of batch) verifier.push(row);
	return verifier.finish(head);
}
