import type { AuditStore } from './audit.ts';
import type { ExecutionStore } from './executions.ts';
import type { IdentityStore } from './identity.ts';
import type { PeopleStore } from './people.ts';
import type { SettingsStore } from './settings.ts';

export interface Store extends ExecutionStore, AuditStore, SettingsStore, IdentityStore, PeopleStore {
	/** Answers when the database does. */
	ping(): Promise<void>;
	close(): Promise<void>;
}
