import type { EntryDraft } from '#core/audit/entry';
import { carriesMarker, carriesVisibleRef } from '#core/proposal/marker';
import type { RefusalCode } from '#core/refusals';
import { attemptEntry } from './attempt-row.ts';
import type { Deps } from './deps.ts';
import type { Execution, FoundArtifact, ReadResult } from './ports.ts';
import { FIRST_LOOK_MS } from './send.ts';

/** Looks after an unknown outcome, then every minute until it is found. In this version a look never proves absence. */
const LOOKS_MS = [FIRST_LOOK_MS, 10_000, 60_000] as const;
/** GitHub's `created_at` has whole seconds, and its clock is not the database's. */
const CLOCK_SKEW_MS = 2_000;
const BATCH = 20;
const LOOK_LEASE_MS = 120_000;

/**
 * One pass: takes over reservations whose process is gone, then looks for the artifacts that are due. Fenced by state and
 * epoch, so that any number of passes, in any number of processes, write each verdict once.
 * @param options.everything take over every reservation: only when no other process can be running (exclusive start).
 */
export async function reconcile(deps: Deps, options: { everything: boolean } = { everything: false }): Promise<void> {
	await takeOverOrphans(deps, options);
	await lookForDue(deps);
}

/** Writes the rows that dead processes still owed. The database alone is asked, so that a start may wait for it. */
export async function takeOverOrphans(deps: Deps, options: { everything: boolean }): Promise<void> {
	for (const execution of await deps.store.orphans({ everything: options.everything, limit: 1_000 })) {
		await byItself(deps, execution, takeOver);
	}
}

/** Asks the provider for the artifacts that are due: a slow one is waited for. Ends after the present one when stopping. */
export async function lookForDue(deps: Deps, stopping?: AbortSignal): Promise<void> {
	for (let looks = 0; looks < BATCH && stopping?.aborted !== true; looks++) {
		const execution = await deps.store.claimLook(LOOK_LEASE_MS);
		if (execution === null) return;
		await byItself(deps, execution, look);
	}
}

/** One execution that breaks must not keep those behind it, whoever's they are, from ever getting their turn. */
async function byItself(
	deps: Deps,
	execution: Execution,
	work: (deps: Deps, execution: Execution) => Promise<void>,
): Promise<void> {
	try {
		await work(deps, execution);
	} catch (cause) {
		deps.log.error({ err: cause, executionId: execution.id }, 'not reconciled; it is tried again by itself');
	}
}

/**
 * Writes the row that the dead process still owed. Crash: the row is RESERVED and the next pass does it again.
 */
async function takeOver(deps: Deps, execution: Execution): Promise<void> {
	const reason = 'The portal stopped before it recorded an outcome.';
	const action = `mcp.tool.${execution.provider}.${execution.tool}`;
	await deps.store.settle({
		executionId: execution.id,
		epoch: execution.epoch,
		from: ['RESERVED'],
		to: 'INDETERMINATE',
		code: 'outcome_unknown',
		reason,
		artifactUrl: null,
		nextCheckInMs: 0,
		isAttemptRow: true,
		entry: attemptEntry({
			tool: execution.method === null ? { action } : { action, method: execution.method },
			actor: execution.actor,
			ok: false,
			code: 'outcome_unknown',
			argsSha: execution.argsSha,
			executionId: execution.id,
			requestId: execution.requestId,
			reason,
		}),
	});
}

async function look(deps: Deps, execution: Execution): Promise<void> {
	const found = await search(deps, execution);
	switch (found.kind) {
		case 'nothing':
			return deps.store.postpone({
				executionId: execution.id,
				epoch: execution.epoch,
				look: execution.checks,
				nextCheckAfterMs: LOOKS_MS[Math.min(execution.checks, LOOKS_MS.length - 1)] ?? 60_000,
				cleanLooks: 0,
			});
		case 'found':
			return verdict(deps, execution, { to: 'CONFIRMED', artifactUrl: found.url, reason: null, code: null });
		case 'other_login':
			return verdict(deps, execution, {
				to: 'NEEDS_HUMAN',
				artifactUrl: null,
				code: 'outcome_unknown',
				reason: 'The credential now belongs to another account: its artifacts cannot be told apart.',
			});
	}
}

type Search = { kind: 'nothing' } | { kind: 'found'; url: string } | { kind: 'other_login' };

async function search(deps: Deps, execution: Execution): Promise<Search> {
	const { tenantId, provider, target, argsSha } = execution;
	const credential = await deps.store.credential(tenantId, provider);
	if (credential === null || !deps.upstream.configured(provider)) return { kind: 'nothing' };
	const secret = await deps.vault.open(credential.sealed, { tenantId, provider, credentialId: credential.id });
	if (!secret.ok) return { kind: 'nothing' };
	const who = await deps.upstream.whoAmI(provider, secret.value);
	if (!who.ok) return { kind: 'nothing' };
	const { login } = who.value;
	if (execution.credentialLogin !== null && !sameLogin(login, execution.credentialLogin))
		return { kind: 'other_login' };

	const since = new Date(execution.reservedAt.getTime() - CLOCK_SKEW_MS);
	const artifacts: ReadResult<FoundArtifact[]> =
		target.number === undefined
			? await deps.upstream.issuesSince(provider, secret.value, target, since)
			: await deps.upstream.commentsSince(provider, secret.value, target, since);
	if (!artifacts.ok) return { kind: 'nothing' };
	// The author is checked, since anybody can copy a reference; the time, since our own bot may have been asked to.
	const ours = artifacts.value.filter(
		(artifact) =>
			sameLogin(artifact.author, login) &&
			artifact.createdAt >= since &&
			(carriesVisibleRef(artifact.text, argsSha) || carriesMarker(artifact.text, argsSha)),
	);
	const oldest = ours.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
	return oldest === undefined ? { kind: 'nothing' } : { kind: 'found', url: oldest.url };
}

function sameLogin(a: string, b: string): boolean {
	return a.toLowerCase() === b.toLowerCase();
}

interface Verdict {
	readonly to: 'CONFIRMED' | 'NEEDS_HUMAN';
	readonly artifactUrl: string | null;
	readonly code: RefusalCode | null;
	readonly reason: string | null;
}

/** State and `mcp.reconcile.*` row in one transaction. Crash: neither, and the next pass looks again. */
async function verdict(deps: Deps, execution: Execution, end: Verdict): Promise<void> {
	const entry: EntryDraft = {
		action: `mcp.reconcile.${execution.provider}.${execution.tool}`,
		actor: { kind: 'system' },
		ok: end.to === 'CONFIRMED',
		...(end.code === null ? {} : { code: end.code }),
		argsSha: execution.argsSha,
		executionId: execution.id,
		...(end.artifactUrl === null ? {} : { artifact: { url: end.artifactUrl } }),
		...(end.reason === null ? {} : { reason: end.reason }),
		...(execution.method === null ? {} : { detail: { method: execution.method } }),
	};
	await deps.store.settle({
		executionId: execution.id,
		epoch: execution.epoch,
		from: ['INDETERMINATE'],
		...end,
		nextCheckInMs: null,
		look: execution.checks,
		isAttemptRow: false,
		entry,
	});
	deps.log.info({ executionId: execution.id, state: end.to }, 'reconciled');
}
