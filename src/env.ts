import { BlockList, isIP } from 'node:net';
import type { z } from 'zod';
import { err, ok, type Result } from '#core/result';
import { type LOG_LEVELS, settings } from './settings.ts';

/* The only reader of process.env: everything else is handed its settings. */

type Parsed = z.output<typeof settings>;

interface Common {
	readonly port: number;
	readonly host: string;
	readonly dataDir: string;
	readonly githubServerUrl: string | null;
	/** Null when unset: then https://github.com, or the sandbox's own pages. */
	readonly githubWebUrl: string | null;
	readonly ratePerMinute: number;
	readonly upstreamTimeoutMs: number;
	readonly writeBudget: { readonly perMinute: number | null; readonly perHour: number | null };
	readonly trustedProxies: readonly string[];
	readonly migrationUrl: string | null;
	readonly previousSecret: string | null;
	readonly keyVersion: number;
	/** The first platform admin, when there is none. */
	readonly firstAdmin: { readonly email: string; readonly password: string } | null;
	readonly exactTools: boolean;
	readonly shutdownDelayMs: number;
	readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** The portal's settings. Only the sandbox may do without URL, secret and database, and only it has demo accounts. */
export type Env =
	| (Common & {
			readonly sandbox: true;
			readonly url: string | null;
			readonly secret: string | null;
			readonly databaseUrl: string | null;
			readonly sandboxPassword: string;
	  })
	| (Common & {
			readonly sandbox: false;
			readonly url: string;
			readonly secret: string;
			readonly databaseUrl: string;
	  });

/** Reads this process's environment; see `readEnv`. */
export function readProcessEnv(mode: { sandbox: boolean }): Result<Env, string> {
	return readEnv(process.env, mode);
}

/** What a command of the command line may need; each says itself what it cannot do without. */
export interface CommandEnv {
	readonly dataDir: string;
	readonly databaseUrl: string | null;
	readonly migrationUrl: string | null;
	readonly url: string | null;
	readonly secret: string | null;
	readonly previousSecret: string | null;
	readonly keyVersion: number;
	readonly adminEmail: string | null;
}

/** This process's environment, for the command line to hand to its commands. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
	return process.env;
}

/** No other setting can stand in a command's way: those of the server may be wrong where a command is run. */
const FOR_COMMANDS = {
	PORTAL_DATA_DIR: true,
	DATABASE_URL: true,
	DATABASE_MIGRATION_URL: true,
	PORTAL_URL: true,
	PORTAL_SECRET: true,
	PORTAL_SECRET_PREVIOUS: true,
	PORTAL_KEY_VERSION: true,
	PORTAL_ADMIN_EMAIL: true,
} as const;

/** Checks the settings of a command: nothing is required, but what is set must be right. The error is as `readEnv` has it. */
export function readCommandEnv(source: Readonly<Record<string, string | undefined>>): Result<CommandEnv, string> {
	const parsed = settings.pick(FOR_COMMANDS).safeParse(setOf(source));
	if (!parsed.success) return err(explain(problemsOf(parsed.error), 'The command cannot run with these settings:'));
	const known = parsed.data;
	return ok({
		dataDir: known.PORTAL_DATA_DIR,
		databaseUrl: known.DATABASE_URL ?? null,
		migrationUrl: known.DATABASE_MIGRATION_URL ?? null,
		url: known.PORTAL_URL ?? null,
		secret: known.PORTAL_SECRET ?? null,
		previousSecret: known.PORTAL_SECRET_PREVIOUS ?? null,
		keyVersion: known.PORTAL_KEY_VERSION,
		adminEmail: known.PORTAL_ADMIN_EMAIL ?? null,
	});
}

/**
 * Checks and types the settings. An empty variable counts as unset. The error is a text of several lines for whoever starts
 * the portal: which variable, what is wrong, what to do; it never repeats the value of a variable that may hold a secret.
 */
export function readEnv(
	source: Readonly<Record<string, string | undefined>>,
	mode: { sandbox: boolean },
): Result<Env, string> {
	const set = setOf(source);
	const parsed = settings.safeParse(set);
	const problems = parsed.success ? [] : problemsOf(parsed.error);
	const known = parsed.success ? parsed.data : undefined;

	// The address alone is fine: then it is for portal bootstrap.
	if (known?.PORTAL_ADMIN_PASSWORD !== undefined && known.PORTAL_ADMIN_EMAIL === undefined) {
		problems.push(
			'PORTAL_ADMIN_PASSWORD is set without PORTAL_ADMIN_EMAIL: set both, or run portal bootstrap instead.',
		);
	}
	if (known?.PORTAL_SECRET_PREVIOUS !== undefined && known.PORTAL_SECRET_PREVIOUS === known.PORTAL_SECRET) {
		problems.push(
			'PORTAL_SECRET_PREVIOUS is the same as PORTAL_SECRET: it is for the other secret, while keys are rotated.',
		);
	}
	if (mode.sandbox) {
		if (known?.DATABASE_MIGRATION_URL !== undefined && known.DATABASE_URL === undefined) {
			problems.push('DATABASE_MIGRATION_URL is set without DATABASE_URL, which serves: set both or neither.');
		}
		if (known !== undefined && !isLoopback(known.HOST)) {
			problems.push(
				'HOST must be a loopback address in the sandbox, e.g. 127.0.0.1: its passwords are known to everybody.',
			);
		}
		if (known === undefined || problems.length > 0) return err(explain(problems));
		return ok({
			...common(known),
			sandbox: true,
			url: known.PORTAL_URL ?? null,
			secret: known.PORTAL_SECRET ?? null,
			databaseUrl: known.DATABASE_URL ?? null,
			sandboxPassword: known.PORTAL_SANDBOX_PASSWORD,
		});
	}

	for (const name of ['DATABASE_URL', 'PORTAL_URL', 'PORTAL_SECRET'] as const) {
		if (name in set) continue;
		const what = (settings.shape[name].description ?? '').replace(/ Required in production.*$/, '');
		problems.push(`${name} is required in production: ${what}`);
	}
	const { PORTAL_URL: url, PORTAL_SECRET: secret, DATABASE_URL: databaseUrl } = known ?? {};
	if (
		problems.length > 0 ||
		known === undefined ||
		url === undefined ||
		secret === undefined ||
		databaseUrl === undefined
	) {
		return err(explain(problems));
	}
	return ok({ ...common(known), sandbox: false, url, secret, databaseUrl });
}

function setOf(source: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
	return Object.fromEntries(
		Object.entries(source).filter(([name, value]) => Object.hasOwn(settings.shape, name) && (value ?? '') !== ''),
	);
}

function problemsOf(error: z.ZodError): string[] {
	return error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
}

function common(known: Parsed): Common {
	return {
		port: known.PORT,
		host: known.HOST,
		dataDir: known.PORTAL_DATA_DIR,
		githubServerUrl: known.MCP_GITHUB_SERVER_URL ?? null,
		githubWebUrl: known.GITHUB_WEB_URL ?? null,
		ratePerMinute: known.PORTAL_RATE_PER_MINUTE,
		upstreamTimeoutMs: known.PORTAL_UPSTREAM_TIMEOUT_MS,
		writeBudget: budgetOf(known.PORTAL_WRITE_BUDGET),
		trustedProxies: known.PORTAL_TRUSTED_PROXIES,
		migrationUrl: known.DATABASE_MIGRATION_URL ?? null,
		previousSecret: known.PORTAL_SECRET_PREVIOUS ?? null,
		keyVersion: known.PORTAL_KEY_VERSION,
		firstAdmin: firstAdmin(known),
		exactTools: known.MCP_GITHUB_EXACT_TOOLS === 'true',
		shutdownDelayMs: known.PORTAL_SHUTDOWN_DELAY_MS,
		logLevel: known.LOG_LEVEL,
	};
}

function budgetOf(text: string): Common['writeBudget'] {
	const per = (unit: 'm' | 'h'): number | null => {
		const found = new RegExp(`(\\d+)/${unit}`).exec(text)?.[1];
		return found === undefined ? null : Number(found);
	};
	return { perMinute: per('m'), perHour: per('h') };
}

function firstAdmin({ PORTAL_ADMIN_EMAIL: email, PORTAL_ADMIN_PASSWORD: password }: Parsed): Common['firstAdmin'] {
	return email === undefined || password === undefined ? null : { email, password };
}

function isLoopback(host: string): boolean {
	if (host === 'localhost') return true;
	const loopback = new BlockList();
	loopback.addSubnet('127.0.0.0', 8, 'ipv4');
	loopback.addAddress('::1', 'ipv6');
	const family = isIP(host);
	return family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function explain(problems: readonly string[], what = 'The portal cannot start with these settings:'): string {
	return [
		what,
		...problems.map((problem) => `  - ${problem}`),
		'Every variable is described in .env.example. To try the portal with nothing set, run: npm start',
	].join('\n');
}

/** The text of `.env.example`: every variable with its meaning; those with a default show it, commented out. */
export function envExample(): string {
	const variables = Object.entries(settings.shape).map(([name, type]) => {
		const fallback: unknown = type.safeParse(undefined).data ?? '';
		return `# ${type.description}\n# ${name}=${Array.isArray(fallback) ? fallback.join(',') : String(fallback)}\n`;
	});
	return `# Printed from src/env.ts by: node scripts/env-example.ts\n\n${variables.join('\n')}`;
}
