import { exportLine, verifyExport } from '#core/audit/export';
import { createVerifier } from '#core/audit/verify';
import { sha256 } from '#core/sha256.testing';
import type { Violation } from './check.ts';
import type { Facts } from './facts.ts';

/** The log verifies from its exported bytes alone, ends where its head says, and is stored as its entries say. */
export function checkChain(log: string, { rows, entries, head }: Facts): Violation[] {
	const claimed = head ?? { size: 0, head: '0'.repeat(64) };
	const exported = verifyExport(
		rows.map(({ entry }) => exportLine(entry)),
		{ log, ...claimed },
		sha256,
	);
	const stored = createVerifier({ log }, sha256);
	for (const { seq, entry, leaf, entry_hash: entryHash } of rows) stored.push({ seq, entry, leaf, entryHash });
	const verdicts = [exported, stored.finish(claimed)];
	const broken = verdicts.flatMap(({ firstBad }): Violation[] =>
		firstBad === undefined ? [] : [{ kind: 'chain', what: `broken at seq ${firstBad.seq}: ${firstBad.reason}` }],
	);
	const last = rows.at(-1);
	if (claimed.size !== rows.length || (last !== undefined && last.seq !== claimed.size - 1)) {
		broken.push({ kind: 'chain', what: `the head says ${claimed.size}, and there are ${rows.length} rows` });
	}
	const mislabelled = rows.find(({ action, ok }, i) => action !== entries[i]?.action || ok !== entries[i]?.ok);
	if (mislabelled !== undefined) {
		broken.push({ kind: 'chain', what: `row ${mislabelled.seq} is searched by what its entry does not say` });
	}
	return broken;
}
