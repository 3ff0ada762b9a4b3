import { isIP } from 'node:net';
import { z } from 'zod';

/* What each variable of the environment may be. env.ts reads them; `.env.example` is printed from here. */

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

const writeBudget = z
	.string()
	.regex(
		/^(?:off|[1-9]\d{0,4}\/m(?:,[1-9]\d{0,4}\/h)?|[1-9]\d{0,4}\/h)$/,
		'is not like 80/m,500/h, 80/m, 500/h or off',
	);

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One entry per variable, in the order of `.env.example`. `describe` = its comment there; `default` = what holds when unset. */
export const settings = z.object({
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
			'The other secret, while one is exchanged for another: what it sealed opens too, and nothing new is sealed with it. Steps: portal keys --help.',
		),
	PORTAL_KEY_VERSION: integer(1, 1000)
		.default(1)
		.describe(
			'Version of the key that seals credentials; every version opens. Raise it, then run: portal keys reencrypt.',
		),
	PORTAL_ADMIN_EMAIL: z
		.email('is not an e-mail address')
		.max(254, 'is longer than 254 characters')
		.optional()
		.describe(
			'With PORTAL_ADMIN_PASSWORD: the first platform admin, made at a start that finds none. Alone: whom portal bootstrap makes a link for.',
		),
	PORTAL_ADMIN_PASSWORD: password
		.optional()
		.describe('12 to 128 characters. An account that exists keeps its password, unless a tenant’s link made it.'),
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
	PORTAL_WRITE_BUDGET: writeBudget
		.default('80/m,500/h')
		.describe(
			'How many writes a credential’s account may begin in any minute and any hour, all portals together: 80/m,500/h (GitHub’s own limits), one of the two, or off.',
		),
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
