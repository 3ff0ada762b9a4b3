import type { Store } from '#gateway/ports/store';
import { type AppendDeps, createAppender } from './audit-append.ts';
import { createAuditStore } from './audit-store.ts';
import type { Database } from './database.ts';
import { createExecutionStore } from './execution-store.ts';
import { createFirstAdminStore, type FirstAdminStore } from './first-admin.ts';
import { createIdentityStore } from './identity-store.ts';
import { createInvitationStore } from './invitation-store.ts';
import { createMemberStore } from './member-store.ts';
import { createSettingsStore } from './settings-store.ts';
import { createTenancyStore, type TenancyStore } from './tenancy.ts';

export interface StoreDeps extends AppendDeps {
	/** Cryptographically strong bytes. */
	readonly random: (bytes: number) => Uint8Array;
}

/** The port, and what sets a portal up. */
export interface PortalStore extends Store, TenancyStore, FirstAdminStore {}

/**
 * The store over an opened and migrated database. `clock` dates what is written; leases run by the database's own clock,
 * the one that all processes share.
 */
export function createStore(database: Database, deps: StoreDeps): PortalStore {
	const { query } = database;
	const appender = createAppender(database, deps);
	return {
		...createExecutionStore(query, appender, deps.clock),
		...createAuditStore(query, appender),
		...createSettingsStore(query, appender, deps.clock),
		...createIdentityStore(query, appender, deps.clock, deps.random),
		...createTenancyStore(appender, deps.clock),
		...createMemberStore(query, appender, deps.clock),
		...createInvitationStore(query, appender, deps.clock, deps.random),
		...createFirstAdminStore(query, appender, deps.clock),
		ping: async () => {
			await query('SELECT 1');
		},
		close: () => database.close(),
	};
}
