import { z } from 'zod';
import type { Role } from '#core/access/roles';
import { canonicalJson, type JsonObject, type JsonValue } from '#core/canonical-json';
import { type Sha256, toHex, utf8 } from '#core/sha256';
import { chainHash, EMPTY_HEAD, HASH_PATTERN, leafHash, MAX_ENTRY_BYTES } from './hash.ts';
import { AT_PATTERN } from './timestamp.ts';

/** The role that the actor used: the one held in the tenant, or PLATFORM for what a platform admin does above tenants. */
export type ActorRole = Role | 'PLATFORM';

/** Who acted. `commit` = actorCommit of the person; of a token, `id` is the token's, `by` and `commit` its owner's. */
export type Actor =
	| { kind: 'system' }
	| { kind: 'user'; id: string; commit: string; role: ActorRole }
	| { kind: 'token'; id: string; by: string; commit: string; role: ActorRole };

/** What a use case knows of an entry (bytes.md §4); its place in the log is given under the log's lock. */
export type EntryDraft = {
	action: string;
	actor: Actor;
	ok: boolean;
	code?: string;
	argsSha?: string;
	executionId?: string;
	requestId?: string;
	artifact?: { url: string };
	reason?: string;
	detail?: JsonObject;
};

/** `log` = a tenant's id or `platform`; `seq` from 0; `prev` = the previous entryHash; `at` = nextAt(…). */
export type EntryPlace = { log: string; seq: number; prev: string; at: string };

export type Entry = { v: 1 } & EntryPlace & EntryDraft;

const REASON_CODE_POINTS = 500;

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const hash = z.string().regex(HASH_PATTERN);
// Open, as the list of actions is: a role that a later version brings must not make an old verifier cry.
const role = z.string().regex(/^[A-Z][A-Z_]{0,31}$/);

/** The closed shape of an entry: a key that is not listed is refused, at every level but inside `detail`. */
export const entrySchema = z
	.strictObject({
		v: z.literal(1),
		log: z.string().regex(/^[a-z0-9-]{1,64}$/),
		seq: z.int().min(0),
		prev: hash,
		at: z.string().regex(AT_PATTERN),
		action: z.string().regex(/^(?=.{1,200}$)[a-z][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+$/),
		actor: z.discriminatedUnion('kind', [
			z.strictObject({ kind: z.literal('system') }),
			z.strictObject({ kind: z.literal('user'), id, commit: hash, role }),
			z.strictObject({ kind: z.literal('token'), id, by: id, commit: hash, role }),
		]),
		ok: z.boolean(),
		code: z.optional(z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/)),
		argsSha: z.optional(hash),
		executionId: z.optional(id),
		requestId: z.optional(z.string().regex(/^[\x21-\x7e]{1,128}$/)),
		artifact: z.optional(z.strictObject({ url: z.string().min(1).max(2048) })),
		reason: z.optional(z.string().refine((text) => Array.from(text).length <= REASON_CODE_POINTS)),
		detail: z.optional(
			z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
		),
	})
	.refine((entry) => entry.actor.kind !== 'system' || entry.requestId === undefined);

/** `entry` = the exact text to store, hash and export; `leaf` and `entryHash` in hex. */
export type BuiltEntry = { entry: string; leaf: string; entryHash: string };

/**
 * Writes an entry down (bytes.md §4). A `reason` is cut to 500 code points; keys that are undefined are left out. Throws on
 * a shape that entrySchema refuses and on more than 65,535 bytes: the append then fails, and with it the state change it
 * would have recorded.
 */
export function buildEntry(draft: EntryDraft, place: EntryPlace, sha256: Sha256): BuiltEntry {
	const entry = canonicalJson(fieldsOf(draft, place));
	const leaf = leafHash(entry, sha256);
	return { entry, leaf: toHex(leaf), entryHash: toHex(chainHash(place.prev, leaf, sha256)) };
}

/** The text of an entry around what only its place decides: what stands before `at`, `prev` and `seq`, and after. */
export type OpenEntry = readonly [string, string, string, string];

const ANY_PLACE = { seq: Number.MAX_SAFE_INTEGER, prev: EMPTY_HEAD, at: '0000-01-01T00:00:00.000000Z' };

/**
 * Writes an entry down whose place is given later, where the log is locked: `open[0] + at + open[1] + prev + open[2] + seq +
 * open[3]` is then what buildEntry makes of it. Throws as buildEntry does, of the bytes as if `seq` had its 16 digits.
 */
export function openEntry(draft: EntryDraft, log: string): OpenEntry {
	const fields = fieldsOf(draft, { log, ...ANY_PLACE });
	// Keys are sorted (RFC 8785), so the three stand at places that are known, whatever the others hold.
	const between = (after: string, before: string): string => {
		const some = Object.entries(fields).filter(([key]) => key > after && key < before);
		return canonicalJson(Object.fromEntries(some)).slice(1, -1);
	};
	const reasonToRequest = between('prev', 'seq');
	const open = [
		`{${between('', 'at')},"at":"`,
		`",${between('at', 'prev')},"prev":"`,
		`",${reasonToRequest === '' ? '' : `${reasonToRequest},`}"seq":`,
		`,${between('seq', '~')}}`,
	] as const;
	const bytes = utf8(open.join('') + ANY_PLACE.at + ANY_PLACE.prev + ANY_PLACE.seq).length;
	if (bytes > MAX_ENTRY_BYTES) throw new RangeError(`an entry of ${bytes} bytes`);
	return open;
}

function fieldsOf(draft: EntryDraft, place: EntryPlace): JsonObject {
	const fields: { [key: string]: JsonValue | undefined } = { v: 1, ...place, ...draft };
	if (draft.reason !== undefined) fields.reason = cutReason(draft.reason);
	const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
	entrySchema.parse(present);
	return present;
}

function cutReason(reason: string): string {
	// The upstream chose this text: it may hold halves of surrogate pairs, which canonical JSON refuses.
	return Array.from(reason.slice(0, 2 * REASON_CODE_POINTS).toWellFormed())
		.slice(0, REASON_CODE_POINTS)
		.join('');
}
