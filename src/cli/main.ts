#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { processEnvironment } from '#src/env';
import { BOOTSTRAP_HELP, bootstrap } from './bootstrap.ts';
import { HELP } from './help.ts';
import type { CommandIo } from './http/command-io.ts';
import { KEYS_HELP, keys } from './keys.ts';
import { MIGRATE_HELP, migrate } from './migrate.ts';

type Command = (args: readonly string[], io: CommandIo) => Promise<number>;

/** Says its help itself when `help` is null. */
interface Entry {
	readonly words: readonly string[];
	readonly help: string | null;
	readonly load: () => Promise<Command>;
}

const SERVE_HELP = `portal serve: runs the portal, with the settings of .env.example

  --headless            without its pages: the HTTP API alone
  --sandbox             with the sandbox GitHub and demo accounts, to try it (npm start does this)

It stops on SIGTERM and SIGINT, when what is in flight is finished.`;

const COMMANDS: readonly Entry[] = [
	{ words: ['serve'], help: SERVE_HELP, load: async () => serve },
	{ words: ['migrate'], help: MIGRATE_HELP, load: async () => migrate },
	{ words: ['bootstrap'], help: BOOTSTRAP_HELP, load: async () => bootstrap },
	{ words: ['keys'], help: KEYS_HELP, load: async () => keys },
	{ words: ['smoke'], help: null, load: async () => (await import('./smoke/smoke.ts')).smoke },
	{ words: ['tenants', 'add'], help: null, load: async () => (await import('./http/people.ts')).addTenant },
	{ words: ['members', 'add'], help: null, load: async () => (await import('./http/people.ts')).addMember },
];

/** Runs `portal <command> …`; gives the exit code. */
export async function main(args: readonly string[], io: CommandIo): Promise<number> {
	const [first] = args;
	if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
		io.out(HELP);
		return first === undefined ? 1 : 0;
	}
	const entry = COMMANDS.find(({ words }) => words.every((word, at) => args[at] === word));
	if (entry === undefined) {
		// Not repeated: it may be a secret that was pasted in the wrong place.
		io.err(`There is no such command.\n\n${HELP}`);
		return 1;
	}
	const rest = args.slice(entry.words.length);
	if (entry.help !== null && rest.includes('--help')) {
		io.out(entry.help);
		return 0;
	}
	return await (await entry.load())(rest, io);
}

/**
 * The server is a program of its own, which reads its flags from the command line. It is looked for beside this file, not
 * imported by name: the command line is no part of it, nor it of the command line.
 */
async function serve(): Promise<number> {
	const server = import.meta.url.endsWith('.ts') ? '../server.ts' : './server.mjs';
	await import(new URL(server, import.meta.url).href);
	return 0;
}

/** A name for the error and where it was thrown; never its message, which may hold SQL, an address or a secret. */
function crashed(cause: unknown): string {
	const name = cause instanceof Error ? cause.name : 'an error';
	const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
	return `The command broke off: ${name}${code}. Nothing half done stays; run it again. If it happens again, it is a bug of ours.`;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	const io: CommandIo = {
		out: (line) => void process.stdout.write(`${line}\n`),
		err: (line) => void process.stderr.write(`${line}\n`),
		env: processEnvironment(),
	};
	try {
		process.exitCode = await main(process.argv.slice(2), io);
	} catch (cause) {
		io.err(crashed(cause));
		process.exitCode = 1;
	}
}
