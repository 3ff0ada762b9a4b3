import type { Clock } from '#gateway/ports/clock';
import type { Flag, SettingsStore, SwitchInfo } from '#gateway/ports/settings';
import type { Appender } from './audit-append.ts';
import { createCredentialStore } from './credential-store.ts';
import type { Query } from './database.ts';

interface SwitchRow extends Record<string, unknown> {
	readonly enabled: boolean;
	readonly by: string | null;
	readonly at: Date | null;
	readonly reason: string | null;
}

function switchOf(row: SwitchRow): SwitchInfo {
	return { enabled: row.enabled, by: row.by, at: row.at, reason: row.reason };
}

const DISPATCH = `agent_dispatch_enabled AS enabled, agent_dispatch_by AS by, agent_dispatch_at AS at,
	agent_dispatch_reason AS reason`;

/** Where the rows of what is set above all tenants go. */
const PLATFORM_LOG = 'platform';

/** Settings. Each setter locks the old value, writes the new one and appends the row, in one transaction. */
export function createSettingsStore(query: Query, appender: Appender, clock: Clock): SettingsStore {
	return {
		...createCredentialStore(query, appender),
		flags: async (tenantId) => {
			const rows = await query<SwitchRow & { flag: Flag; global: boolean }>(
				`SELECT flag, tenant_id IS NULL AS global, enabled, by, at, reason FROM flag_setting
				WHERE tenant_id = $1 OR tenant_id IS NULL ORDER BY flag COLLATE "C" DESC`,
				[tenantId],
			);
			const own = new Map(rows.filter((row) => !row.global).map((row) => [row.flag, row]));
			return rows.flatMap((row) => {
				const tenant = own.get(row.flag);
				// A tenant that does not exist has no rows: it is shown no flags, rather than made-up ones.
				if (!row.global || tenant === undefined) return [];
				return [{ flag: row.flag, global: switchOf(row), tenant: switchOf(tenant) }];
			});
		},
		dispatch: async (tenantId) => {
			const [row] = await query<SwitchRow>(`SELECT ${DISPATCH} FROM tenant WHERE id = $1`, [tenantId]);
			return row === undefined ? { enabled: false, by: null, at: null, reason: null } : switchOf(row);
		},
		targets: async (tenantId) => {
			const [row] = await query<{ allow: string[]; by: string | null; at: Date | null }>(
				`SELECT allowed_targets AS allow, allowed_targets_by AS by, allowed_targets_at AS at FROM tenant WHERE id = $1`,
				[tenantId],
			);
			return row ?? { allow: [], by: null, at: null };
		},
		setTargets: ({ tenantId, allow, by, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				const [old] = await inside<{ allow: string[] }>(
					'SELECT allowed_targets AS allow FROM tenant WHERE id = $1 FOR NO KEY UPDATE',
					[tenantId],
				);
				if (old === undefined) throw new Error('no such tenant to set');
				await inside(
					`UPDATE tenant SET allowed_targets = $2::text[], allowed_targets_by = $3, allowed_targets_at = $4
					WHERE id = $1`,
					[tenantId, [...allow], by, clock.now()],
				);
				return append(tenantId, entry(old.allow));
			}),
		setFlag: ({ tenantId, flag, enabled, by, reason, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				const which = 'flag = $1 AND tenant_id IS NOT DISTINCT FROM $2::uuid';
				const [old] = await inside<{ enabled: boolean }>(`SELECT enabled FROM flag_setting WHERE ${which} FOR UPDATE`, [
					flag,
					tenantId,
				]);
				if (old === undefined) throw new Error(`no row of ${flag} to set`);
				await inside(`UPDATE flag_setting SET enabled = $3, by = $4, at = $5, reason = $6 WHERE ${which}`, [
					flag,
					tenantId,
					enabled,
					by,
					clock.now(),
					reason,
				]);
				return append(tenantId ?? PLATFORM_LOG, entry(old.enabled));
			}),
		setDispatch: ({ tenantId, enabled, by, reason, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				const [old] = await inside<{ enabled: boolean }>(
					'SELECT agent_dispatch_enabled AS enabled FROM tenant WHERE id = $1 FOR NO KEY UPDATE',
					[tenantId],
				);
				if (old === undefined) throw new Error('no such tenant to set');
				await inside(
					`UPDATE tenant SET agent_dispatch_enabled = $2, agent_dispatch_by = $3, agent_dispatch_at = $4,
					agent_dispatch_reason = $5 WHERE id = $1`,
					[tenantId, enabled, by, clock.now(), reason],
				);
				return append(tenantId, entry(old.enabled));
			}),
	};
}
