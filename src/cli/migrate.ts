import { migrateAsOwner, noDatabase } from '#adapters/store/open-serving';
import { readCommandEnv } from '#src/env';
import { endOnSignal } from './end-on-signal.ts';
import type { CommandIo } from './http/command-io.ts';
import { readOptions } from './http/options.ts';
import { printable } from './http/printable.ts';

export const MIGRATE_HELP = `portal migrate: brings the database's schema to this version

  DATABASE_MIGRATION_URL=… DATABASE_URL=… portal migrate

As DATABASE_MIGRATION_URL, the owner; without it as DATABASE_URL, without both on the embedded database in
PORTAL_DATA_DIR. When both are set, the role in DATABASE_URL is given what serving needs, and what it has besides
is taken away. What the owner may not take away is said, with the SQL, and nothing is migrated before it is gone.

It may run any number of times, and several times at once. A schema that is newer than this version is left
alone: earlier versions work on it.

Exit: 0 done or nothing to do, 1 not done`;

/** `portal migrate`: as the start of a portal does it, as a command of its own. */
export async function migrate(args: readonly string[], io: CommandIo): Promise<number> {
	const options = readOptions(args, {});
	const env = readCommandEnv(io.env);
	if (!options.ok || !env.ok) {
		io.err(options.ok ? (env.ok ? '' : env.error) : `${options.error}\nHow it is used: portal migrate --help`);
		return 1;
	}
	const missing = noDatabase(env.value);
	const done =
		missing === null ? await endOnSignal(() => migrateAsOwner(env.value)) : { ok: false as const, error: missing };
	if (!done.ok) {
		io.err(printable(done.error));
		return 1;
	}
	const { applied, state, granted, notes } = done.value;
	io.out(
		applied.length === 0 ? 'Nothing to do: the schema has all of this version.' : `Applied: ${applied.join(', ')}.`,
	);
	if (state.unknown > 0) {
		io.out(
			`A later version was here: ${state.unknown} of its migrations are not known to this one, which works on with them.`,
		);
	}
	if (granted !== null) io.out(printable(`The role ${granted} has what serving needs.`));
	for (const note of notes) io.err(printable(`Note: ${note}`));
	return 0;
}
