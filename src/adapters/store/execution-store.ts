import type { ExecutionState } from '#core/execution/state';
import type { Clock, ExecutionStore } from '#gateway/ports';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { LATEST, reserve } from './reserve.ts';
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

/** Whether a flag's two rows, global ($1 is the tenant) and the tenant's, are both there and on: off wins. */
const isOn = (flag: string): string =>
	`(SELECT count(*) = 2 AND bool_and(enabled) FROM flag_setting
	WHERE flag = '${flag}' AND (tenant_id = $1::uuid OR tenant_id IS NULL))`;

const FACTS = `SELECT ${isOn('mcp.gateway')} AS gateway, ${isOn('mcp.execute-tokens')} AS tokens,
	coalesce(t.agent_dispatch_enabled, false) AS dispatch, ${CREDENTIAL_COLUMNS}
	FROM (SELECT) AS one LEFT JOIN tenant t ON t.id = $1::uuid
	LEFT JOIN credential c ON c.tenant_id = $1::uuid AND c.provider = $2`;

const MAY_SEND = `SELECT ${isOn('mcp.gateway')} AS gateway, ${isOn('mcp.execute-tokens')} AS tokens,
	coalesce((SELECT agent_dispatch_enabled FROM tenant WHERE id = $1::uuid), false) AS dispatch,
	EXISTS (SELECT FROM execution WHERE id = $2::uuid AND tenant_id = $1::uuid AND epoch = $3::int
		AND state = 'RESERVED' AND lease_until > clock_timestamp()) AS ours`;

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
			const [row] = await query<Switches & (CredentialRow | { c_id: null })>(FACTS, [tenantId, provider], 'facts');
			if (row === undefined) throw new Error('the facts gave no row');
			return {
				gatewayOn: row.gateway,
				executeTokensOn: row.tokens,
				dispatchOn: row.dispatch,
				credential: row.c_id === null ? null : credentialOf(row as CredentialRow),
			};
		},
		latestExecution: async (tenantId, argsSha) => {
			const [row] = await query<ExecutionRow>(LATEST, [tenantId, argsSha], 'latest');
			return row === undefined ? null : executionOf(row);
		},
		execution: async (tenantId, id) => {
			if (!isUuid(id)) return null;
			const text = `SELECT ${EXECUTION_COLUMNS} FROM execution WHERE tenant_id = $1 AND id = $2`;
			const [row] = await query<ExecutionRow>(text, [tenantId, id]);
			return row === undefined ? null : executionOf(row);
		},
		executions: async (tenantId, { limit, cursor }) => {
			if (cursor !== undefined && !isUuid(cursor)) return [];
			// UUIDv7: the order of ids is the order of time.
			const rows = await query<ExecutionRow>(
				`SELECT ${EXECUTION_COLUMNS} FROM execution
				WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2::uuid) ORDER BY id DESC LIMIT $3`,
				[tenantId, cursor ?? null, limit],
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
		due: async (now, limit) => {
			const rows = await query<ExecutionRow>(
				`SELECT ${EXECUTION_COLUMNS} FROM execution
				WHERE state = 'INDETERMINATE' AND next_check_at <= $1 ORDER BY next_check_at LIMIT $2`,
				[now, limit],
			);
			return rows.map(executionOf);
		},
		unsettled: () => query<{ state: ExecutionState; count: number; oldestSeconds: number }>(UNSETTLED),
		postpone: async (executionId, epoch, nextCheckAt) => {
			await query(
				`UPDATE execution SET next_check_at = $3, checks = checks + 1
				WHERE id = $1 AND epoch = $2 AND state = 'INDETERMINATE'`,
				[executionId, epoch, nextCheckAt],
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
