import { type Entry, entrySchema } from '#core/audit/entry';
import { chainHash, leafHash } from '#core/audit/hash';
import { canonicalJson, type JsonValue } from '#core/canonical-json';
import { ok, type Result } from '#core/result';
import { toHex } from '#core/sha256';
import type { StepTrouble } from './report.ts';
import { type Asker, mismatch, type Smoke, sha256 } from './subject.ts';

export interface Row {
	readonly entry: Entry;
	/** The stored text. */
	readonly text: string;
}

export async function logSize({ portal, options }: Smoke): Promise<Result<number, StepTrouble>> {
	const page = await portal.call('GET /api/audit', { query: { tenant: options.tenant, limit: 1 } });
	return page.ok ? ok(page.value.size) : page;
}

/** All entries from `seq` on, each one's hashes computed again here, and each linked to the one before it. */
export async function rowsFrom(
	{ portal, options }: Smoke,
	seq: number,
	most = Number.POSITIVE_INFINITY,
): Promise<Result<Row[], StepTrouble>> {
	// One more, before the first: what the first has to be linked to.
	let after = Math.max(seq - 2, -1);
	const rows: Row[] = [];
	let previous: { seq: number; hash: string } | null = null;
	for (;;) {
		const limit = Math.min(100, most - rows.length + 1);
		const page = await portal.call('GET /api/audit', { query: { tenant: options.tenant, after, limit } });
		if (!page.ok) return page;
		for (const stored of page.value.entries) {
			const row = derive(stored.entry);
			if (row === null || row.entry.seq !== stored.seq)
				return mismatch(`Audit entry ${stored.seq} is not in the form that is hashed.`);
			if (row.leaf !== stored.leaf || row.entryHash !== stored.entryHash) {
				return mismatch(`Audit entry ${stored.seq} does not give the hashes that are stored with it.`);
			}
			if (previous !== null && (row.entry.seq !== previous.seq + 1 || row.entry.prev !== previous.hash)) {
				return mismatch(`Audit entry ${stored.seq} is not linked to the one before it.`);
			}
			previous = { seq: row.entry.seq, hash: row.entryHash };
			if (row.entry.seq >= seq && rows.length < most) rows.push({ entry: row.entry, text: stored.entry });
		}
		const { next } = page.value;
		if (next === null || rows.length >= most) return ok(rows);
		if (next <= after) return mismatch('The audit log’s pages do not go on.');
		after = next;
	}
}

/** What the row of one attempt has to say, and that nothing of `texts` is in it. */
export interface Expected {
	readonly seq: number;
	readonly argsSha: string;
	readonly ok: boolean;
	readonly code: string | null;
	readonly action: string;
	readonly url?: string;
	readonly executionId?: string;
	readonly texts: readonly string[];
}

/** The row at `expected.seq`, if it is what it has to be. */
export async function expectRow(smoke: Smoke, asker: Asker, expected: Expected): Promise<Result<Row, StepTrouble>> {
	const rows = await rowsFrom(smoke, expected.seq, 1);
	if (!rows.ok) return rows;
	const row = rows.value[0];
	if (row === undefined || row.entry.seq !== expected.seq) return mismatch(`There is no audit entry ${expected.seq}.`);
	const wrong = wrongRow(row, asker, expected);
	return wrong === null ? ok(row) : mismatch(`Audit entry ${expected.seq} ${wrong}.`);
}

function wrongRow({ entry, text }: Row, asker: Asker, expected: Expected): string | null {
	if (entry.log !== asker.tenantId) return 'is of another log';
	if (entry.action !== expected.action) return `is about ${entry.action}, not ${expected.action}`;
	if (entry.argsSha !== expected.argsSha) return 'has another argsSha than the one that was computed here';
	if (entry.ok !== expected.ok || (entry.code ?? null) !== expected.code) {
		return `says ok: ${entry.ok}, code ${entry.code ?? 'none'}, and has to say ok: ${expected.ok}, code ${expected.code ?? 'none'}`;
	}
	if (expected.url !== undefined && entry.artifact?.url !== expected.url)
		return 'names another artifact than the answer did';
	if (expected.executionId !== undefined && entry.executionId !== expected.executionId)
		return 'names another execution';
	const { actor } = entry;
	const by = actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.by : '';
	if (by !== asker.me.user.id) return 'does not name the one who asked';
	const found = expected.texts.find((part) => text.includes(part) || text.includes(JSON.stringify(part).slice(1, -1)));
	return found === undefined ? null : 'holds text of the arguments; only their hash may be there';
}

/** An entry with its hashes, derived from the stored text alone (bytes §4). */
function derive(text: string): { entry: Entry; leaf: string; entryHash: string } | null {
	try {
		const parsed = JSON.parse(text) as JsonValue;
		if (canonicalJson(parsed) !== text || !entrySchema.safeParse(parsed).success) return null;
		const entry = parsed as unknown as Entry;
		const leaf = leafHash(text, sha256);
		return { entry, leaf: toHex(leaf), entryHash: toHex(chainHash(entry.prev, leaf, sha256)) };
	} catch {
		return null; // not JSON, too long, or a hash that is none
	}
}
