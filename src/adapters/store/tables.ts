import * as audit from './schema/audit.ts';
import * as auth from './schema/auth.ts';
import * as execution from './schema/execution.ts';
import * as settings from './schema/settings.ts';
import * as tenancy from './schema/tenancy.ts';

/** Every table, by the name that better-auth's drizzle adapter and the typed queries ask for. */
export const tables = { ...auth, ...tenancy, ...settings, ...execution, ...audit };
