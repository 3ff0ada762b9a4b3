import { entriesFor } from '#core/guardrails/target-allowed';
import type { RefusalCode } from '#core/refusals';
import type { ReserveInput, ReserveResult } from '#gateway/ports/reservation';
import type { Query } from './database.ts';
import {
	CREDENTIAL_COLUMNS,
	type CredentialRow,
	credentialOf,
	EXECUTION_COLUMNS,
	type ExecutionRow,
	executionOf,
} from './rows.ts';
import { accountOf, makeSlots, releaseSlots, secondsUntilRoom, takeSlots } from './write-slots.ts';

/** A write that replaces a state, of the same target and not settled: of these one at a time (execution_one_replacing). */
const replacing = (p: { tenant: string; owner: string; repo: string; number: string }): string =>
	`FROM execution WHERE after_sha IS NOT NULL AND tenant_id = ${p.tenant} AND lower(target_owner COLLATE "C") = lower(${p.owner} COLLATE "C")
		AND lower(target_repo COLLATE "C") = lower(${p.repo} COLLATE "C") AND target_number = ${p.number}::bigint
		AND state IN ('RESERVED', 'INDETERMINATE')`;

/** Whether these bytes are, or may be, written already. */
const LIVE = `SELECT FROM execution WHERE tenant_id = $2::uuid AND args_sha = $3
	AND state IN ('RESERVED', 'CONFIRMED', 'INDETERMINATE', 'NEEDS_HUMAN')`;

/**
 * The reserving transaction, as one statement. Everything that allows the write is read again FOR SHARE: whoever is
 * changing it right now is waited for, and whoever wants to must wait until the reservation stands. Then the row is
 * inserted; the unique indexes, not the reads, decide which of many at once gets it.
 *
 * The order of the codes is that of the checks in contracts §3; a live execution (11) goes before the credential (12), and
 * the budget (13) is last: slots are taken only when nothing else stands in the way (`open`), and without them nothing is
 * inserted.
 * The counts that are always ≥ 0 fix the order of locks (tenant, membership, token), the one in which other transactions
 * take them: else a change of roles and a reservation could deadlock. $7 is the token that asks, null for a signed-in person; $8 the time by which it must still live.
 */
const RESERVE = `
WITH flags AS MATERIALIZED (
	SELECT flag, enabled FROM flag_setting WHERE tenant_id = $2::uuid OR tenant_id IS NULL FOR SHARE
), t AS MATERIALIZED (
	SELECT agent_dispatch_enabled AS dispatch, allowed_targets AS targets FROM tenant WHERE id = $2::uuid FOR SHARE
), m AS MATERIALIZED (
	SELECT role FROM membership WHERE tenant_id = $2::uuid AND user_id = $6
	AND (SELECT count(*) FROM t) >= 0 FOR SHARE
), k AS MATERIALIZED (
	SELECT scopes, revoked_at IS NULL AND expires_at > $8::timestamptz AS alive FROM portal_token
	WHERE id = $7::uuid AND tenant_id = $2::uuid AND user_id = $6 AND (SELECT count(*) FROM m) >= 0 FOR SHARE
), c AS MATERIALIZED (
	SELECT * FROM credential WHERE tenant_id = $2::uuid AND provider = $4 FOR SHARE
), verdict AS MATERIALIZED (
	SELECT CASE
		WHEN $7::uuid IS NOT NULL AND NOT coalesce((SELECT alive FROM k), false) THEN 'unauthenticated'
		WHEN coalesce((SELECT role FROM m), '') <> 'ADMIN' THEN 'role_required'
		WHEN $7::uuid IS NOT NULL AND NOT (
			coalesce((SELECT 'execute' = ANY (scopes) FROM k), false)
			AND (SELECT count(*) = 2 AND bool_and(enabled) FROM flags WHERE flag = 'mcp.execute-tokens')
		) THEN 'scope_required'
		WHEN NOT (SELECT count(*) = 2 AND bool_and(enabled) FROM flags WHERE flag = 'mcp.gateway') THEN 'feature-disabled'
		WHEN NOT coalesce((SELECT dispatch FROM t), false) THEN 'agent_dispatch_disabled'
		WHEN NOT (
			SELECT cardinality(targets) = 0 OR EXISTS (
				SELECT FROM unnest(targets) AS one WHERE lower(one COLLATE "C") = ANY ($19::text[])
			) FROM t
		) THEN 'target_not_allowed'
		WHEN NOT EXISTS (SELECT FROM c) AND NOT EXISTS (${LIVE}) THEN 'credential_missing'
	END AS refusal
), way AS MATERIALIZED (
	SELECT refusal IS NULL AND NOT EXISTS (${LIVE}) AND ($18::text IS NULL OR NOT EXISTS (
		SELECT ${replacing({ tenant: '$2::uuid', owner: '$10', repo: '$11', number: '$12' })}
	)) AS open FROM verdict
), payer AS MATERIALIZED (
	SELECT ${accountOf('c.provider', 'c.login', 'c.tenant_id')} AS account FROM c
), ${takeSlots({
	account: '(SELECT account FROM payer)',
	open: '(SELECT open FROM way)',
	// What the planner cannot see through gives one plan for whatever budget, which is kept: planning took longer than running.
	perMinute: '(SELECT $20::int)',
	perHour: '(SELECT $21::int)',
	executionId: '$1::uuid',
})}, reserved AS (
	INSERT INTO execution (id, tenant_id, args_sha, epoch, provider, tool, method, state, target_owner, target_repo,
		target_number, credential_id, credential_login, actor, approver, request_id, lease_until, before_sha, after_sha)
	SELECT $1::uuid, $2::uuid, $3,
		(SELECT coalesce(max(epoch), 0) + 1 FROM execution WHERE tenant_id = $2::uuid AND args_sha = $3),
		$4, $5, $9, 'RESERVED', $10, $11, $12::bigint, c.id, c.login, $13, $14, $15,
		clock_timestamp() + $16::double precision * interval '1 millisecond', $17, $18
	FROM c, way, affordable WHERE way.open AND affordable.yes
	ON CONFLICT DO NOTHING
	RETURNING ${EXECUTION_COLUMNS}
)
SELECT verdict.refusal, way.open, affordable.yes AS affordable, (SELECT count(*) FROM taken)::int AS taken,
	payer.account, reserved.*, ${CREDENTIAL_COLUMNS}
FROM verdict CROSS JOIN way CROSS JOIN affordable
	LEFT JOIN payer ON true LEFT JOIN reserved ON true LEFT JOIN c ON true`;

/** The newest epoch of an argsSha. */
export const latest = (tenant: string, argsSha: string): string => `SELECT ${EXECUTION_COLUMNS} FROM execution
	WHERE tenant_id = ${tenant} AND args_sha = ${argsSha} ORDER BY epoch DESC LIMIT 1`;

type Nulls<Row> = { [Key in keyof Row]: Row[Key] | null };

type Reserved = Nulls<ExecutionRow & CredentialRow> & {
	refusal: RefusalCode | null;
	/** Nothing stands in the way but, perhaps, the budget. */
	open: boolean;
	affordable: boolean;
	/** Slots that were taken: none, or one per window. */
	taken: number;
	/** Null without a credential. */
	account: string | null;
};

const TURNS = 20;

/**
 * Reserves, refuses, or gives the execution that already holds these bytes. Committed when it answers. An answer that is
 * lost may leave RESERVED behind: nothing was sent, and the reconciler takes it over when its lease has run out.
 */
export async function reserve(query: Query, input: ReserveInput, now: Date): Promise<ReserveResult> {
	const { caller, target } = input;
	const { principal } = caller;
	const params = [
		input.executionId,
		caller.tenant.id,
		input.argsSha,
		input.provider,
		input.tool,
		principal.person.id,
		principal.kind === 'token' ? principal.tokenId : null,
		now,
		input.method,
		target.owner,
		target.repo,
		target.number ?? null,
		JSON.stringify(input.actor),
		principal.person.name,
		caller.requestId,
		input.leaseMs,
		input.beforeSha,
		input.afterSha,
		entriesFor(target),
		input.budget.perMinute,
		input.budget.perHour,
	];
	// Another turn is needed only when slots had to be made, or somebody else began or ended between two statements of ours.
	let contested = false;
	for (let turn = 0; turn < TURNS; turn++) {
		const [row] = await query<Reserved>(RESERVE, params, 'reserve');
		if (row === undefined) throw new Error('the reservation gave no row');
		if (row.refusal !== null) return { kind: 'refused', code: row.refusal };
		if (row.id !== null && row.c_id !== null) {
			// Both sides are there whole, or not at all.
			const whole = row as ExecutionRow & CredentialRow;
			return { kind: 'reserved', execution: executionOf(whole), credential: credentialOf(whole) };
		}
		// A race was lost with slots in hand. A crash before they are given back costs the account one window of them.
		if (row.taken > 0 && row.account !== null) await releaseSlots(query, row.account, input.executionId);
		contested = row.open && !row.affordable;
		if (contested && row.account !== null) {
			if (await makeSlots(query, row.account, input.budget)) continue;
			const retryAfter = await secondsUntilRoom(query, row.account, input.budget);
			if (retryAfter !== null) return { kind: 'refused', code: 'write_budget_exhausted', retryAfter };
			continue;
		}
		const inTheWay = await whatIsInTheWay(query, input);
		if (inTheWay !== null) return inTheWay;
	}
	if (contested) return { kind: 'refused', code: 'write_budget_exhausted', retryAfter: 1 };
	throw new Error(`a reservation lost ${TURNS} races in a row`);
}

/** The execution that holds these bytes; else a replacing write of the same target. Null when it has ended meanwhile. */
async function whatIsInTheWay(query: Query, input: ReserveInput): Promise<ReserveResult | null> {
	const tenantId = input.caller.tenant.id;
	const [newest] = await query<ExecutionRow>(latest('$1', '$2'), [tenantId, input.argsSha], 'latest');
	if (newest !== undefined && newest.state !== 'REJECTED' && newest.state !== 'ABSENT') {
		return { kind: 'exists', execution: executionOf(newest) };
	}
	if (input.afterSha === null) return null;
	const { owner, repo, number } = input.target;
	const where = replacing({ tenant: '$1', owner: '$2', repo: '$3', number: '$4' });
	const [other] = await query<{ id: string; state: string }>(`SELECT id, state ${where} LIMIT 1`, [
		tenantId,
		owner,
		repo,
		number ?? null,
	]);
	if (other === undefined) return null;
	const code = other.state === 'RESERVED' ? 'execution_in_progress' : 'execution_unresolved';
	return { kind: 'refused', code, executionId: other.id };
}
