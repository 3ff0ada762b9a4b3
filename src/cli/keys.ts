import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createAppender } from '#adapters/store/audit-append';
import type { Database } from '#adapters/store/database';
import { createKeyStore } from '#adapters/store/key-store';
import { openExisting } from '#adapters/store/open-serving';
import { systemClock } from '#adapters/system/clock';
import { rootKeyFromSecret, sandboxRootKey } from '#adapters/vault/root-key';
import { kidOf } from '#adapters/vault/vault';
import { err, ok, type Result } from '#core/result';
import { type CommandEnv, readCommandEnv } from '#src/env';
import { endOnSignal } from './end-on-signal.ts';
import type { CommandIo } from './http/command-io.ts';
import { readOptions } from './http/options.ts';
import { printable } from './http/printable.ts';
import { type Outcome, type Roots, type Standing, standings, turnKeys } from './turn-keys.ts';

export const KEYS_HELP = `portal keys: the keys under which credentials are sealed

  portal keys status       how many credentials open under which key
  portal keys rewrap       moves credentials from PORTAL_SECRET_PREVIOUS to PORTAL_SECRET
  portal keys reencrypt    seals credentials anew under the key of PORTAL_KEY_VERSION, same secret

They work on the database of DATABASE_URL, beside the running portal, or on the embedded one in PORTAL_DATA_DIR,
while no portal has it open. Each change is one audit row in the tenant's log. Run again what was interrupted.

A new secret, without a moment in which a credential does not open:
  1. run all portals with PORTAL_SECRET=<old> and PORTAL_SECRET_PREVIOUS=<new>: they open both
  2. run all portals with PORTAL_SECRET=<new> and PORTAL_SECRET_PREVIOUS=<old>; everybody signs in again
  3. portal keys rewrap, with the same two settings
  4. remove PORTAL_SECRET_PREVIOUS

Exit: 0 all credentials are as they should be, 1 some are not, or the command could not run`;

const COMMANDS = { status, rewrap, reencrypt } as const;

/** `portal keys status|rewrap|reencrypt`. */
export async function keys(args: readonly string[], io: CommandIo): Promise<number> {
	const [name = '', ...rest] = args;
	const options = readOptions(rest, {});
	if (!Object.hasOwn(COMMANDS, name) || !options.ok) {
		io.err(options.ok ? 'Which one? portal keys status, rewrap or reencrypt.' : options.error);
		io.err('How it is used: portal keys --help');
		return 1;
	}
	const env = readCommandEnv(io.env);
	if (!env.ok) {
		io.err(env.error);
		return 1;
	}
	return await endOnSignal(() => run(name as keyof typeof COMMANDS, env.value, safely(io)));
}

/** What the database holds may be anybody's who can write there: no line of it may write to the terminal what it wants. */
function safely({ out, err: complain, env }: CommandIo): CommandIo {
	return { out: (line) => out(printable(line)), err: (line) => complain(printable(line)), env };
}

async function run(name: keyof typeof COMMANDS, env: CommandEnv, io: CommandIo): Promise<number> {
	const roots = await readRoots(env, { needsPrevious: name === 'rewrap' });
	const opened = roots.ok ? await openExisting(env) : roots;
	if (!roots.ok || !opened.ok) {
		io.err(opened.ok ? '' : opened.error);
		return 1;
	}
	try {
		return await COMMANDS[name](storeOver(opened.value, io), roots.value, io);
	} finally {
		await opened.value.close();
	}
}

type KeyStore = ReturnType<typeof createKeyStore>;

/** Moves what opens only under the previous root. A version that is not the present one is reencrypt's business. */
async function rewrap(store: KeyStore, roots: Roots, io: CommandIo): Promise<number> {
	const done = await turnKeys({
		store,
		roots,
		action: 'credential.rewrapped',
		due: ({ root }) => (root === 'present' ? 'keep' : root === 'previous' ? 'reseal' : 'leave'),
		told: tell(io, 'opens with neither PORTAL_SECRET nor PORTAL_SECRET_PREVIOUS. Set it again in the portal.'),
	});
	if (done.resealed === 0 && done.left === 0) io.out(`Nothing to do: ${of(done.kept)} with PORTAL_SECRET.`);
	else io.out(`${done.resealed} sealed anew with PORTAL_SECRET, ${done.kept} were already, ${done.left} left.`);
	return finish(done, io, 'Remove PORTAL_SECRET_PREVIOUS once every portal runs with the new secret.');
}

async function reencrypt(store: KeyStore, roots: Roots, io: CommandIo): Promise<number> {
	const kid = kidOf(roots.keyVersion);
	const done = await turnKeys({
		store,
		roots,
		action: 'credential.reencrypted',
		due: (standing) => (standing.root !== 'present' ? 'leave' : standing.kid === kid ? 'keep' : 'reseal'),
		told: tell(io, 'does not open with PORTAL_SECRET. After a change of the secret: portal keys rewrap.'),
	});
	if (done.resealed === 0 && done.left === 0) io.out(`Nothing to do: ${of(done.kept)} with ${kid}.`);
	else io.out(`${done.resealed} sealed anew with ${kid}, ${done.kept} were already, ${done.left} left.`);
	return finish(done, io, null);
}

async function status(store: KeyStore, roots: Roots, io: CommandIo): Promise<number> {
	const names = { present: 'PORTAL_SECRET', previous: 'PORTAL_SECRET_PREVIOUS', neither: 'does not open' };
	const counts = new Map<string, number>();
	const lost: Standing[] = [];
	for await (const standing of standings(store, roots)) {
		const line = `${names[standing.root].padEnd(24)}${standing.kid ?? 'not sealed by a portal'}`;
		counts.set(line, (counts.get(line) ?? 0) + 1);
		if (standing.root === 'neither') lost.push(standing);
	}
	if (counts.size === 0) io.out('There are no credentials.');
	for (const [line, count] of [...counts].sort()) io.out(`${String(count).padStart(6)}  ${line}`);
	io.out(`New ones are sealed with PORTAL_SECRET, ${kidOf(roots.keyVersion)}.`);
	const sayLost = tell(io, 'does not open with what is set here.');
	for (const standing of lost) sayLost(standing, 'left', '');
	return lost.length === 0 ? 0 : 1;
}

function tell(io: CommandIo, whyLeft: string) {
	return ({ credential }: Standing, outcome: Outcome, note: string): void => {
		const which = `${credential.slug} ${credential.provider}`;
		// No fingerprint of ours is longer, and a line has to stay one.
		const fingerprint = credential.fingerprint.slice(0, 64);
		if (outcome === 'resealed') io.out(`${which} ${fingerprint} → ${note}`);
		else if (outcome === 'left') io.err(`${which} (${fingerprint}) ${whyLeft}`);
		else io.err(`${which} (${fingerprint}) was left as it is: ${note}.`);
	};
}

function finish(done: { left: number; changed: number }, io: CommandIo, next: string | null): number {
	if (done.changed > 0) io.out(`${done.changed} changed while this ran. Run it again to be sure.`);
	else if (done.left === 0 && next !== null) io.out(next);
	return done.left === 0 ? 0 : 1;
}

function of(count: number): string {
	return count === 1 ? 'the one credential is sealed' : `all ${count} credentials are sealed`;
}

function storeOver(database: Database, io: CommandIo): KeyStore {
	const tell = (_fields: unknown, message: string): void => io.err(message);
	const appender = createAppender(database, {
		clock: systemClock,
		// Where each log ends is said at the next append of a portal: here it would only be noise.
		log: { info: () => {}, warn: tell, error: tell },
	});
	return createKeyStore(database.query, appender);
}

/** Without PORTAL_SECRET, a sandbox's key file, if there is one: a command makes none. */
async function readRoots(env: CommandEnv, options: { needsPrevious: boolean }): Promise<Result<Roots, string>> {
	if (env.secret === null && !existsSync(join(env.dataDir, 'root-key'))) {
		return err('PORTAL_SECRET is not set: the secret that the portal runs with.');
	}
	if (options.needsPrevious && env.previousSecret === null) {
		return err('PORTAL_SECRET_PREVIOUS is not set: the secret that PORTAL_SECRET takes the place of.');
	}
	if (env.previousSecret !== null && env.previousSecret === env.secret) {
		return err('PORTAL_SECRET_PREVIOUS is the same as PORTAL_SECRET: one of them has to be the other secret.');
	}
	const present = env.secret === null ? await sandboxRootKey(env.dataDir) : rootKeyFromSecret(env.secret);
	if (!present.ok) return err(present.error.message);
	const previous = env.previousSecret === null ? null : rootKeyFromSecret(env.previousSecret);
	if (previous?.ok === false) return err(previous.error.message);
	return ok({ present: present.value, previous: previous?.value ?? null, keyVersion: env.keyVersion });
}
