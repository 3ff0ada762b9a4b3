import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { err, ok, type Result } from '#core/result';

/* The only reader of process.env: everything else is handed its settings. `.env.example` is printed from this schema. */

const integer = (min: number, max: number) =>
	z
		.string()
		.regex(/^\d{1,9}$/, 'is not a whole number')
		.transform(Number)
		.refine((value) => value >= min && value <= max, `is not between ${min} and ${max}`);

/** An http(s) URL that holds no user, password, query or fragment: those would end in logs and links. */
const httpUrl = z.string().transform((text, context) => {
	const url = URL.parse(text);
	const wrong =
		url === null || !/^https?:$/.test(url.protocol)
			? 'is not an http:// or https:// URL'
			: url.username !== '' || url.password !== ''
				? 'holds a user or password; leave them out'
				: url.search !== '' || url.hash !== ''
					? 'holds a query or fragment; leave them out'
					: null;
	if (url !== null && wrong === null) return url;
	context.addIssue({ code: 'custom', message: wrong ?? '' });
	return z.NEVER;
});

const origin = httpUrl.transform((url, context) => {
	if (url.pathname === '/') return url.origin;
	context.addIssue({ code: 'custom', message: `holds a path; give only ${url.origin}` });
	return z.NEVER;
});

const databaseUrl = z
	.string()
	.refine((text) => /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text), 'is not a postgresql:// URL');

const secret = z
	.string()
	.refine((text) => text.trim() === text, 'begins or ends with white space; a line end has probably slipped in')
	.refine((text) => Buffer.byteLength(text) >= 32, 'is shorter than 32 bytes; make one with: openssl rand -base64 48');

const password = z.string().min(12, 'is shorter than 12 characters').max(128, 'is longer than 128 characters');

const cidrs = z.string().transform((text, context) => {
	const list = text.split(/[\s,]+/).filter((part) => part !== '');
	const wrong = list.find((part) => !isCidr(part));
	if (wrong === undefined) return list;
	context.addIssue({ code: 'custom', message: `holds ${JSON.stringify(wrong)}, which is no address or CIDR range` });
	return z.NEVER;
});

function isCidr(text: string): boolean {
	const [address = '', prefix, ...rest] = text.split('/');
	const family = isIP(address);
	if (family === 0 || rest.length > 0) return false;
	if (prefix === undefined) return true;
	if (!/^\d{1,3}$/.test(prefix)) return false;
	return Number(prefix) <= (family === 4 ? 32 : 128);
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One entry per variable, in the order of `.env.example`. `describe` = its comment there; `default` = what holds when unset. */
const schema = z.object({
	PORT: integer(0, 65_535).default(3000).describe('Port to listen on; 0 takes a free one.'),
	HOST: z
		.string()
		.default('127.0.0.1')
		.describe('Address to listen on. The sandbox, whose passwords everybody knows, listens on loopback only.'),
	PORTAL_URL: origin
		.optional()
		.describe(
			'The origin under which people reach the portal, e.g. https://portal.example.com. Required in production.',
		),
	PORTAL_SECRET: secret
		.optional()
		.describe(
			'At least 32 random bytes, from which the keys for credentials and sessions are derived (openssl rand -base64 48). Required in production; the sandbox makes a key file in its data folder.',
		),
	PORTAL_SECRET_PREVIOUS: secret
		.optional()
		.describe(
			'The secret before the present one, while keys are rotated: what it sealed still opens. Remove it after: portal keys rewrap.',
		),
	PORTAL_KEY_VERSION: integer(1, 1000)
		.default(1)
		.describe('Version of the key that seals credentials. Raise it, then run: portal keys reencrypt.'),
	PORTAL_ADMIN_EMAIL: z
		.email('is not an e-mail address')
		.max(254, 'is longer than 254 characters')
		.optional()
		.describe(
			'With PORTAL_ADMIN_PASSWORD: the first platform admin, made at a start that finds none. Or run: portal bootstrap.',
		),
	PORTAL_ADMIN_PASSWORD: password
		.optional()
		.describe('12 to 128 characters. An account that exists keeps its password.'),
	DATABASE_URL: databaseUrl
		.optional()
		.describe(
			'PostgreSQL 15 or later, postgresql://user:password@host/database. Required in production; the sandbox has an embedded one.',
		),
	DATABASE_MIGRATION_URL: databaseUrl
		.optional()
		.describe(
			'The same database as its owner, who migrates the schema and grants the role of DATABASE_URL what serving needs. Unset: DATABASE_URL does both.',
		),
	PORTAL_DATA_DIR: z.string().default('./data').describe('Folder of the embedded database and the sandbox’s key file.'),
	MCP_GITHUB_SERVER_URL: httpUrl
		.transform((url) => url.href)
		.optional()
		.describe(
			'Where github-mcp-server answers over HTTP. Unset: GitHub is not connected (the sandbox brings its own).',
		),
	GITHUB_WEB_URL: origin
		.optional()
		.describe(
			'Origin of GitHub’s web pages; a written artifact must have its address there. Unset: https://github.com (the sandbox brings its own).',
		),
	PORTAL_RATE_PER_MINUTE: integer(1, 1_000_000).default(600).describe('Requests per minute, per principal and tenant.'),
	PORTAL_UPSTREAM_TIMEOUT_MS: integer(100, 600_000)
		.default(30_000)
		.describe('Milliseconds after which the outcome of a write counts as unknown.'),
	MCP_GITHUB_EXACT_TOOLS: z
		.enum(['true', 'false'], { error: 'is neither true nor false' })
		.default('false')
		.describe(
			'true: github-mcp-server must serve exactly the tools that the portal uses; one more counts as a changed definition. For a sidecar of the portal’s own (the chart sets it).',
		),
	PORTAL_SHUTDOWN_DELAY_MS: integer(0, 120_000)
		.default(0)
		.describe(
			'Milliseconds to go on serving after SIGTERM, not ready, until load balancers have noticed. The chart sets it.',
		),
	PORTAL_TRUSTED_PROXIES: cidrs
		.default([])
		.describe('Addresses or CIDR ranges, separated by commas, of the proxies whose X-Forwarded-For is believed.'),
	PORTAL_SANDBOX_PASSWORD: z
		.string()
		.min(8, 'is shorter than 8 characters')
		.max(128, 'is longer than 128 characters')
		.default('sandbox-demo')
		.describe('Password of the sandbox’s demo accounts. Without meaning in production, where there are none.'),
	LOG_LEVEL: z
		.enum(LOG_LEVELS, { error: `is none of ${LOG_LEVELS.join(', ')}` })
		.default('info')
		.describe(`${LOG_LEVELS.join(', ')}.`),
});

type Parsed = z.output<typeof schema>;

interface Common {
	readonly port: number;
	readonly host: string;
	readonly dataDir: string;
	readonly githubServerUrl: string | null;
	/** Null when unset: then https://github.com, or the sandbox's own pages. */
	readonly githubWebUrl: string | null;
	readonly ratePerMinute: number;
	readonly upstreamTimeoutMs: number;
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

/**
 * Checks and types the settings. An empty variable counts as unset. The error is a text of several lines for whoever starts
 * the portal: which variable, what is wrong, what to do; it never repeats the value of a variable that may hold a secret.
 */
export function readEnv(
	source: Readonly<Record<string, string | undefined>>,
	mode: { sandbox: boolean },
): Result<Env, string> {
	const set = Object.fromEntries(
		Object.entries(source).filter(([name, value]) => Object.hasOwn(schema.shape, name) && (value ?? '') !== ''),
	);
	const parsed = schema.safeParse(set);
	const problems = parsed.success
		? []
		: parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
	const known = parsed.success ? parsed.data : undefined;

	if (known !== undefined && (known.PORTAL_ADMIN_EMAIL === undefined) !== (known.PORTAL_ADMIN_PASSWORD === undefined)) {
		problems.push('PORTAL_ADMIN_EMAIL and PORTAL_ADMIN_PASSWORD belong together: set both or neither.');
	}
	if (mode.sandbox) {
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
		if (!(name in set)) problems.push(`${name} is required in production: ${schema.shape[name].description}`);
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

function common(known: Parsed): Common {
	return {
		port: known.PORT,
		host: known.HOST,
		dataDir: known.PORTAL_DATA_DIR,
		githubServerUrl: known.MCP_GITHUB_SERVER_URL ?? null,
		githubWebUrl: known.GITHUB_WEB_URL ?? null,
		ratePerMinute: known.PORTAL_RATE_PER_MINUTE,
		upstreamTimeoutMs: known.PORTAL_UPSTREAM_TIMEOUT_MS,
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

function explain(problems: readonly string[]): string {
	return [
		'The portal cannot start with these settings:',
		...problems.map((problem) => `  - ${problem}`),
		'Every variable is described in .env.example. To try the portal with nothing set, run: npm start',
	].join('\n');
}

/** The text of `.env.example`: every variable with its meaning; those with a default show it, commented out. */
export function envExample(): string {
	const variables = Object.entries(schema.shape).map(([name, type]) => {
		const fallback: unknown = type.safeParse(undefined).data ?? '';
		return `# ${type.description}\n# ${name}=${Array.isArray(fallback) ? fallback.join(',') : String(fallback)}\n`;
	});
	return `# Printed from src/env.ts by: node scripts/env-example.ts\n\n${variables.join('\n')}`;
}
