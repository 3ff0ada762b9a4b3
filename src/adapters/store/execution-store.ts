import { artifactKey } from '#core/execution/artifact-key';
import type { ExecutionState } from '#core/execution/state';
import type { Clock } from '#gateway/ports/clock';
import type { ExecutionStore, GuardFacts } from '#gateway/ports/executions';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { latest, reserve } from './reserve.ts';
import {
	CREDENTIAL_COLUMNS,
	type CredentialRow,
	credentialOf,
	EXECUTION_COLUMNS,
	type ExecutionRow,
	executionOf,
	isUuid,
} from './rows.ts';
import { settle } from './settle.ts';
import { accountOf, releaseSlots } from './write-slots.ts';

/** Whether a flag's two rows, global ($1 is the tenant) and the tenant's, are both there and on: off wins. */
const isOn = (flag: string): string =>
	`(SELECT count(*) = 2 AND bool_and(enabled) FROM flag_setting
	WHERE flag = '${flag}' AND (tenant_id = $1::uuid OR tenant_id IS NULL))`;

const GUARD = `SELECT ${isOn('mcp.gateway')} AS gateway, ${isOn('mcp.execute-tokens')} AS tokens,
	coalesce(t.agent_dispatch_enabled, false) AS dispatch, coalesce(t.allowed_targets, '{}') AS targets,
	${CREDENTIAL_COLUMNS}
	FROM (SELECT) AS one LEFT JOIN tenant t ON t.id = $1::uuid
	LEFT JOIN credential c ON c.tenant_id = $1::uuid AND c.provider = $2`;

/** One round trip: each costs a write more than what PostgreSQL does in it. The parameters of GUARD and LATEST are the same ones. */
const EXECUTE = `SELECT guard.*, latest.*, (SELECT salt FROM directory WHERE user_id = $4 AND name = $5 AND email = $6) AS salt
	FROM (${GUARD}) AS guard LEFT JOIN (${latest('$1', '$3')}) AS latest ON true`;

const MAY_SEND = `SELECT ${isOn('mcp.gateway')} AS gateway, ${isOn('mcp.execute-tokens')} AS tokens,
	coalesce((SELECT agent_dispatch_enabled FROM tenant WHERE id = $1::uuid), false) AS dispatch,
	EXISTS (SELECT FROM execution WHERE id = $2::uuid AND tenant_id = $1::uuid AND epoch = $3::int
		AND state = 'RESERVED' AND lease_until > clock_timestamp()) AS ours`;

/**
 * One that is due and free. Committed when it answers: whoever dies after it leaves a lease that runs out. Of two that ask
 * at once each gets another row; `checks` counts the looks that have begun and fences what each of them finds. Where code of
 * the version before left no time of becoming unknown, it is now: later than the sending, never earlier.
 */
const CLAIM_LOOK = `WITH due AS (
	SELECT id FROM execution
	WHERE state = 'INDETERMINATE' AND next_check_at <= clock_timestamp()
		AND (look_until IS NULL OR look_until < clock_timestamp()) AND tenant_id <> ALL ($2::uuid[])
	ORDER BY next_check_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE execution SET checks = checks + 1, unknown_since = coalesce(unknown_since, clock_timestamp()),
	look_until = clock_timestamp() + $1::double precision * interval '1 millisecond'
FROM due WHERE execution.id = due.id
RETURNING ${EXECUTION_COLUMNS.split(/,\s*/)
	.map((column) => `execution.${column}`)
	.join(', ')}`;

/** A set of labels has its issue's address, and made nothing there. What code of before keys has recorded is known by its address. */
const MADE_AT = (key: string, url: string): string => `(artifact_key = ${key} OR (
	state = 'CONFIRMED' AND after_sha IS NULL AND artifact_key IS NULL AND artifact_url = ${url}
))`;

const KNOWN_ARTIFACTS = `SELECT url FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS asked (url, key, since)
	WHERE EXISTS (SELECT FROM execution WHERE ${MADE_AT('asked.key', 'asked.url')} AND (asked.since IS NULL OR settled_at >= asked.since))`;

/** One branch to a state: each has a partial index of its own, and what ended well, nearly everything, is in none. */
const UNSETTLED = (['RESERVED', 'INDETERMINATE', 'NEEDS_HUMAN'] as const)
	.map(
		(state) => `SELECT state, count(*)::int AS count,
			extract(epoch FROM clock_timestamp() - min(reserved_at))::float8 AS "oldestSeconds"
			FROM execution WHERE state = '${state}' GROUP BY state`,
	)
	.join(' UNION ALL ');

interface Switches extends Record<string, unknown> {
	readonly gateway: boolean;
	readonly tokens: boolean;
	readonly dispatch: boolean;
}

type GuardRow = Switches & { targets: string[] } & (CredentialRow | { c_id: null });

function guardOf(row: GuardRow): GuardFacts {
	return {
		gatewayOn: row.gateway,
		executeTokensOn: row.tokens,
		dispatchOn: row.dispatch,
		allowedTargets: row.targets,
		credential: row.c_id === null ? null : credentialOf(row as CredentialRow),
	};
}

export function createExecutionStore(query: Query, appender: Appender, clock: Clock): ExecutionStore {
	// settle() gets an execution's id alone, and the log is its tenant's. The reservation has just told; a look-up serves
	// the reconciler. An execution never changes its tenant.
	const tenants = recent<string>(1_000);
	const tenantOf = async (executionId: string): Promise<string | null> => {
		const known = tenants.get(executionId);
		if (known !== undefined) return known;
		const [row] = await query<{ tenant_id: string }>('SELECT tenant_id FROM execution WHERE id = $1', [executionId]);
		return row?.tenant_id ?? null;
	};

	return {
		guardFacts: async (tenantId, provider) => {
			const [row] = await query<GuardRow>(GUARD, [tenantId, provider], 'guard');
			if (row === undefined) throw new Error('the facts gave no row');
			return guardOf(row);
		},
		executeFacts: async ({ tenantId, provider, argsSha, person }) => {
			const [row] = await query<GuardRow & { salt: Uint8Array | null } & (ExecutionRow | { id: null })>(
				EXECUTE,
				[tenantId, provider, argsSha, person.id, person.name, person.email],
				'execute',
			);
			if (row === undefined) throw new Error('the facts gave no row');
			return {
				guard: guardOf(row),
				earlier: row.id === null ? null : executionOf(row as ExecutionRow),
				salt: row.salt === null ? null : new Uint8Array(row.salt),
			};
		},
		execution: async (tenantId, id) => {
			if (!isUuid(id)) return null;
			const text = `SELECT ${EXECUTION_COLUMNS} FROM execution WHERE tenant_id = $1 AND id = $2`;
			const [row] = await query<ExecutionRow>(text, [tenantId, id]);
			return row === undefined ? null : executionOf(row);
		},
		executions: async (tenantId, { limit, cursor, state }) => {
			if (cursor !== undefined && !isUuid(cursor)) return [];
			// UUIDv7: the order of ids is the order of time.
			const rows = await query<ExecutionRow>(
				`SELECT ${EXECUTION_COLUMNS} FROM execution
				WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid) AND ($4::text IS NULL OR state = $4)
				ORDER BY id DESC LIMIT $3`,
				[tenantId, cursor ?? null, limit, state ?? null],
			);
			return rows.map(executionOf);
		},
		reserve: async (input) => {
			const result = await reserve(query, input, clock.now());
			if (result.kind === 'reserved') tenants.set(input.executionId, input.caller.tenant.id);
			return result;
		},
		mayStillSend: async ({ tenantId, id, epoch, actor }) => {
			const [row] = await query<Switches & { ours: boolean }>(MAY_SEND, [tenantId, id, epoch], 'may-send');
			if (row?.ours !== true) return { ok: false, code: 'outcome_unknown' };
			if (actor.kind === 'token' && !row.tokens) return { ok: false, code: 'scope_required' };
			if (!row.gateway) return { ok: false, code: 'feature-disabled' };
			if (!row.dispatch) return { ok: false, code: 'agent_dispatch_disabled' };
			return { ok: true };
		},
		settle: async (input) => {
			const tenantId = await tenantOf(input.executionId);
			return tenantId === null ? null : settle(appender, tenantId, input);
		},
		orphans: async ({ everything, limit }) => {
			const rows = await query<ExecutionRow>(
				`SELECT ${EXECUTION_COLUMNS} FROM execution
				WHERE state = 'RESERVED' AND ($1::boolean OR lease_until < clock_timestamp()) ORDER BY lease_until LIMIT $2`,
				[everything, limit],
			);
			return rows.map(executionOf);
		},
		claimLook: async (leaseMs, exceptTenants = []) => {
			const [row] = await query<ExecutionRow>(CLAIM_LOOK, [leaseMs, [...exceptTenants]], 'claim-look');
			return row === undefined ? null : executionOf(row);
		},
		unsettled: () => query<{ state: ExecutionState; count: number; oldestSeconds: number }>(UNSETTLED),
		postpone: async ({ executionId, epoch, look, nextCheckAfterMs, cleanLooks }) => {
			await query(
				`UPDATE execution SET look_until = NULL, clean_looks = $5,
				next_check_at = greatest(clock_timestamp(),
					coalesce(unknown_since, reserved_at) + $4::double precision * interval '1 millisecond')
				WHERE id = $1 AND epoch = $2 AND checks = $3 AND state = 'INDETERMINATE'`,
				[executionId, epoch, look, nextCheckAfterMs, cleanLooks],
			);
		},
		releaseBudget: async (executionId) => {
			const account = accountOf('provider', 'credential_login', 'tenant_id');
			const [row] = await query<{ account: string }>(`SELECT ${account} AS account FROM execution WHERE id = $1`, [
				executionId,
			]);
			if (row !== undefined) await releaseSlots(query, row.account, executionId);
		},
		knownArtifacts: async (artifacts) => {
			const urls = artifacts.map(({ url }) => url);
			const rows = await query<{ url: string }>(
				KNOWN_ARTIFACTS,
				[urls, urls.map(artifactKey), artifacts.map(({ settledSince }) => settledSince)],
				'known-artifacts',
			);
			return new Set(rows.map(({ url }) => url));
		},
		supersede: async ({ url, settledSince }) => {
			await query(
				`UPDATE execution SET artifact_key = $1 || '~' || id WHERE ${MADE_AT('$1', '$2')} AND settled_at < $3`,
				[artifactKey(url), url, settledSince],
			);
		},
	};
}

/** Remembers the newest `size` entries. */
function recent<Value>(size: number): { get(key: string): Value | undefined; set(key: string, value: Value): void } {
	const entries = new Map<string, Value>();
	return {
		get: (key) => entries.get(key),
		set: (key, value) => {
			entries.set(key, value);
			const oldest = entries.keys().next().value;
			if (entries.size > size && oldest !== undefined) entries.delete(oldest);
		},
	};
}
