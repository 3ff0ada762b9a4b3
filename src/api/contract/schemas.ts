import { z } from 'zod';
import { SETTLEMENTS } from '#core/execution/settlement';
import { HOLDING_CODES, INFORMING_CODES } from '#core/proposal/warnings';
import { UNCHECKED } from '#gateway/unchecked';

/** Shapes of the HTTP API (contracts §1–§6): one place for validation, OpenAPI and the typed client. */

export const role = z.enum(['ADMIN', 'MEMBER', 'AUDITOR']);
export const scope = z.enum(['read', 'propose', 'execute']);
export const flagName = z.enum(['mcp.gateway', 'mcp.execute-tokens']);
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex characters');
export const instant = z.string().describe('RFC 3339, UTC');

export const executionState = z.enum(['RESERVED', 'CONFIRMED', 'REJECTED', 'ABSENT', 'INDETERMINATE', 'NEEDS_HUMAN']);

export const target = z.object({ owner: z.string(), repo: z.string(), number: z.number().int().optional() });

export const warning = z.object({
	code: z.enum([...HOLDING_CODES, ...INFORMING_CODES]),
	field: z.string(),
	start: z.number().int().describe('UTF-16 offset into the field'),
	end: z.number().int(),
	detail: z.string(),
	holds: z.boolean().describe('approval needs an explicit tick'),
});

export { executeBody, proposeBody } from '#gateway/request';

export const proposeAnswer = z.object({
	provider: z.string(),
	tool: z.string(),
	argsSha: sha256Hex,
	marker: z.string().nullable().describe('null for a write that carries no text'),
	beforeSha: sha256Hex
		.optional()
		.describe('Of a write that replaces a state: SHA-256 of the JCS of preview.before. Execute must carry it'),
	preview: z.object({
		summary: z.string(),
		target,
		as: z.object({ login: z.string().nullable(), fingerprint: z.string().nullable() }),
		args: z.record(z.string(), z.unknown()),
		artifact: z.object({ title: z.string().optional(), body: z.string().optional() }).optional(),
		before: z.array(z.string()).optional().describe('the set as it was read, sorted by UTF-16 code units'),
		after: z.array(z.string()).optional().describe('the set that would stand there then, sorted the same way'),
		added: z.array(z.string()).optional(),
		removed: z.array(z.string()).optional(),
		readAt: instant.optional().describe('when `before` was read'),
		warnings: z.array(warning),
	}),
});

export const executeAnswer = z.object({
	provider: z.string(),
	tool: z.string(),
	argsSha: sha256Hex,
	marker: z.string().nullable(),
	ok: z.literal(true),
	executionId: z.string(),
	artifact: z.object({ url: z.string() }),
	replayed: z.boolean(),
	auditSeq: z.number().int(),
});

export const me = z.object({
	user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
	platformAdmin: z.boolean(),
	memberships: z.array(
		z.object({
			tenant: z.string().describe('its slug'),
			name: z.string(),
			tenantId: z.string(),
			memberId: z.string(),
			role,
		}),
	),
	via: z.enum(['session', 'token']),
	scopes: z.array(scope).optional(),
});

export const tokenCreateBody = z.strictObject({
	name: z.string().trim().min(1).max(64),
	scopes: z.array(scope).min(1).max(3),
	expiresInHours: z.number().int().min(1),
});
export const tokenCreated = z.object({ id: z.string(), token: z.string(), scopes: z.array(scope), expiresAt: instant });
export const tokenList = z.object({
	tokens: z.array(
		z.object({
			id: z.string(),
			name: z.string(),
			scopes: z.array(scope),
			owner: z.string(),
			createdAt: instant,
			expiresAt: instant,
			lastUsedAt: instant.nullable(),
		}),
	),
});

/** Shown beside what people do, and in footers (bytes §3), where only letters, marks, digits, space, ' and - are left of it. */
const personName = z
	.string()
	.normalize('NFC')
	.trim()
	.min(1)
	.max(100)
	.refine(
		(text) => !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text),
		'must not hold control or invisible characters',
	)
	.refine((text) => /[\p{L}\p{Nd}]/u.test(text), 'must hold a letter or digit');
const email = z.email().max(254);
export const memberBody = z.strictObject({ email, name: personName, role });
export const memberChangeBody = z.strictObject({ role });
/** `link` and `expiresAt` only where somebody has to set or give a password first: hand the link over, it is shown once. */
const invited = { id: z.string(), link: z.string().optional(), expiresAt: instant.optional() };
export const memberMade = z.object(invited);
export const member = z.object({
	id: z.string(),
	userId: z.string(),
	email: z.string(),
	name: z.string(),
	role,
	since: instant,
});
export const memberList = z.object({
	members: z.array(member),
	invited: z
		.array(z.object({ id: z.string(), email: z.string(), name: z.string(), role, since: instant, expiresAt: instant }))
		.describe('have a link that nobody has used yet; PATCH and DELETE take these ids too'),
});
export const slug = z
	.string()
	.regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 of a–z, 0–9 and “-”, not at its ends');
export const tenantBody = z.strictObject({ slug, name: personName, adminEmail: email });
export const tenantMade = z.object({ ...invited, slug: z.string() });
export const joinBody = z.strictObject({
	secret: z.string().min(1).max(512).describe('what stands behind # in the link'),
	name: personName,
	password: z.string().min(12, 'must have at least 12 characters').max(128),
});
export const joined = z.object({ email: z.string(), tenant: z.string().nullable() });

export const prereqs = z.object({
	ready: z.boolean(),
	gateway: z.object({ ok: z.boolean() }),
	agentDispatch: z.object({ ok: z.boolean() }),
	credential: z.object({
		ok: z.boolean(),
		login: z.string().nullable(),
		fingerprint: z.string().nullable(),
		testedAt: instant.nullable(),
	}),
	upstream: z.object({
		ok: z.boolean(),
		configured: z.boolean().describe('false: this portal is not connected to the provider'),
		drift: z.array(z.string()),
	}),
});

export const execution = z.object({
	id: z.string(),
	state: executionState,
	code: z.string().nullable(),
	reason: z.string().nullable(),
	argsSha: sha256Hex,
	provider: z.string(),
	tool: z.string(),
	method: z.string().nullable(),
	target,
	artifact: z.object({ url: z.string() }).nullable(),
	who: z.string().describe('the approver’s name'),
	login: z.string().nullable().describe('the provider account that wrote'),
	when: instant.describe('when it was reserved'),
	settledAt: instant.nullable(),
	settlement: z
		.enum(SETTLEMENTS)
		.nullable()
		.describe(
			'how it is known what became of it: by the provider’s answer, since nothing was sent, by a look of the portal’s own, by an ADMIN; null while it is not settled',
		),
	auditSeq: z.number().int().nullable(),
	nextCheckAt: instant.nullable(),
	checks: z.number().int(),
	claimed: z.object({ url: z.string() }).nullable().describe('an address that came with an answer that proved nothing'),
});
export const resolved = execution.extend({
	checked: z.boolean().describe('whether what was said could be held against what stands at the provider'),
	because: z.enum(UNCHECKED).optional().describe('why it could not, when `checked` is false'),
});
export const resolveBody = z.strictObject({
	happened: z.boolean(),
	url: z.string().min(1).max(2048).optional().describe('where it stands; needed when it happened'),
	reason: z.string().trim().max(500).optional(),
});

export const targetsBody = z.strictObject({
	allow: z
		.array(z.string().max(141))
		.max(100)
		.describe('owner/repo or owner/*; empty: wherever the credential reaches'),
	reason: z.string().trim().min(1).max(500).optional(),
});
export const targets = z.object({ allow: z.array(z.string()), by: z.string().nullable(), at: instant.nullable() });
export const executionList = z.object({ executions: z.array(execution), next: z.string().nullable() });

const switchInfo = {
	by: z.string().nullable().describe('a name'),
	at: instant.nullable(),
	reason: z.string().nullable(),
};
export const flags = z.object({
	flags: z.array(
		z.object({ flag: flagName, global: z.boolean(), tenant: z.boolean(), effective: z.boolean(), ...switchInfo }),
	),
	agentDispatch: z.object({ enabled: z.boolean(), ...switchInfo }),
});
export const switchBody = z.strictObject({
	enabled: z.boolean(),
	reason: z.string().trim().min(1).max(500).optional(),
});

export const credential = z.object({
	provider: z.string(),
	kind: z.literal('pat'),
	fingerprint: z.string(),
	login: z.string().nullable(),
	setBy: z.string(),
	setAt: instant,
	testedAt: instant.nullable(),
});
export const credentialList = z.object({ credentials: z.array(credential) });
export const credentialBody = z.strictObject({
	kind: z.literal('pat'),
	token: z.string().min(1).max(512),
});
export const credentialTest = z.object({ login: z.string(), tools: z.record(z.string(), z.boolean()) });

/** Any text, but for U+0000, which PostgreSQL does not take. */
const name = z
	.string()
	.max(128)
	.refine((text) => !text.includes('\0'), 'must not hold U+0000');
/** What every database can hold: years 1970 to 9999, offsets that exist. */
const moment = z.iso
	.datetime({ offset: true })
	.refine(
		(text) => /^(?:19[7-9]\d|[2-9]\d{3})-/.test(text) && /(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/.test(text),
		'must be a time from 1970 on',
	);

export const auditQuery = z.strictObject({
	tenant: z.string().optional(),
	log: z.literal('platform').optional(),
	after: z.coerce.number().int().min(-1).optional(),
	before: z.coerce.number().int().min(0).optional(),
	limit: z.coerce.number().int().min(1).max(100).default(50),
	order: z.enum(['asc', 'desc']).default('asc'),
	action: name.optional(),
	ok: z.enum(['true', 'false']).optional(),
	actor: name.optional(),
	from: moment.optional(),
	to: moment.optional(),
});
export const auditPage = z.object({
	entries: z.array(
		z.object({
			seq: z.number().int(),
			entry: z.string().describe('the stored text, exactly as hashed'),
			leaf: sha256Hex,
			entryHash: sha256Hex,
		}),
	),
	size: z.number().int(),
	head: sha256Hex,
	next: z.number().int().nullable(),
	actors: z
		.record(z.string(), z.string())
		.describe('name by actor id, of those on this page: from the directory, not from the hashed bytes'),
});
export const chainVerdict = z.object({
	ok: z.boolean(),
	size: z.number().int(),
	head: sha256Hex,
	firstBad: z.object({ seq: z.number().int(), reason: z.enum(['bytes', 'link', 'gap', 'time', 'head']) }).optional(),
});

export const problem = z.object({
	type: z.string(),
	title: z.string(),
	status: z.number().int(),
	code: z.string(),
	detail: z.string(),
	requestId: z.string(),
	errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
	executionId: z.string().optional().describe('the execution that this is about, where there is one'),
	auditSeq: z.number().int().optional().describe('of execute: the row that the attempt left'),
	missing: z.array(z.string()).optional().describe('of warning_unacknowledged: the codes that were not ticked'),
	received: sha256Hex.optional().describe('of args_sha_mismatch: the argsSha of what came'),
});
export const health = z.object({ ok: z.boolean(), notReady: z.array(z.string()).optional() });
