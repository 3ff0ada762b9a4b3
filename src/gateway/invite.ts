import type { Role } from '#core/access/roles';
import type { Actor } from '#core/audit/entry';
import type { JsonObject } from '#core/canonical-json';
import type { LetIn, MemberEntry, Newcomer } from './ports/people.ts';

/** Long enough for a holiday's start, short enough that a link in an old mail opens nothing. */
export const LINK_DAYS = 7;
const DAY_MS = 86_400_000;

/** A person was let in: `secret` and `expiresAt` when they have to use a link first. The secret is in this answer only. */
export interface LetInAnswer {
	readonly id: string;
	readonly secret?: string;
	readonly expiresAt?: Date;
}

/** Addresses are compared lower-cased: some mail servers tell letter case apart, no person does. */
export function newcomer(id: string, wanted: { email: string; name: string; role: Role }): Newcomer {
	return { id, email: wanted.email.toLowerCase(), name: wanted.name, role: wanted.role };
}

/** The rows of changes to who belongs where. Ids only: a name or an address in the hashed bytes could never be erased. */
export function memberEntry(actor: Actor, requestId: string): MemberEntry {
	return (action, change) => ({ action, actor, ok: true, requestId, detail: { ...change } as JsonObject });
}

export function linkUntil(now: Date): Date {
	return new Date(now.getTime() + LINK_DAYS * DAY_MS);
}

export function letInAnswer({ kind, id }: LetIn, secret: string, expiresAt: Date): LetInAnswer {
	return kind === 'added' ? { id } : { id, secret, expiresAt };
}
