import { sha256 } from '#core/sha256.testing';
import { buildEntry, type EntryDraft } from './entry.ts';
import { EMPTY_HEAD } from './hash.ts';
import { formatMicros } from './timestamp.ts';
import type { AuditRow } from './verify.ts';

/** A correct log of `size` entries, as the store holds it. For tests. */
export function chainOf(
	size: number,
	log = 'demo',
	draft: Partial<EntryDraft> = {},
): { rows: Required<AuditRow>[]; head: string } {
	let head = EMPTY_HEAD;
	const rows = Array.from({ length: size }, (_, seq) => {
		const built = buildEntry(
			{
				action: 'mcp.tool.github.issue_write',
				actor: { kind: 'user', id: 'u1', commit: 'ab'.repeat(32), role: 'ADMIN' },
				ok: true,
				argsSha: 'cd'.repeat(32),
				executionId: `e${seq}`,
				requestId: `r${seq}`,
				artifact: { url: `https://github.com/acme/ledger/issues/${seq}` },
				detail: { method: 'create', note: 'Zoë ✓' },
				...draft,
			},
			{ log, seq, prev: head, at: formatMicros(1_795_000_000_000 + seq, seq % 1000) },
			sha256,
		);
		head = built.entryHash;
		return { seq, ...built };
	});
	return { rows, head };
}
