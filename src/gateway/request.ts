import { z } from 'zod';
import type { JsonObject, JsonValue } from '#core/canonical-json';
import { readIJsonBytes } from '#core/i-json';
import { type Refusal, refuse } from '#core/refusals';
import { err, ok, type Result } from '#core/result';

/** 256 KiB of UTF-8 JSON (bytes §1). */
export const MAX_BODY_BYTES = 256 * 1024;

/** A request body as it came over the wire; null = longer than {@link MAX_BODY_BYTES}, the rest was not read. */
export type RawBody = Uint8Array | null;

const nonce = z
	.string()
	.regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1–64 characters of A–Z a–z 0–9 _ -')
	.meta({
		description:
			'Says “yes, a second one” for args that were executed before; without it a success is replayed, also when the labels that it set have been changed since',
	});

export const proposeBody = z.strictObject({
	provider: z
		.string()
		.min(1)
		.max(64)
		.meta({ description: 'github', examples: ['github'] }),
	tool: z
		.string()
		.min(1)
		.max(128)
		.meta({
			description: 'A tool of the write list: issue_write (method create or update), add_issue_comment',
			examples: ['issue_write'],
		}),
	args: z.record(z.string(), z.unknown()).meta({
		description:
			'The tool’s own arguments and no others, without the footer: the portal adds it. issue_write: method "create", owner, repo, title, body?; add_issue_comment: owner, repo, issue_number, body. issue_write with method "update" sets the labels: owner, repo, issue_number, labels (the whole set).',
		examples: [
			{ method: 'create', owner: 'acme', repo: 'payments-api', title: 'Card captures time out', body: 'What happened' },
		],
	}),
	nonce: nonce.optional(),
});

export const executeBody = proposeBody.extend({
	argsSha: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex characters'),
	acknowledged: z.array(z.string().max(64)).max(32).optional(),
	beforeSha: z
		.string()
		.regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex characters')
		.optional()
		.meta({
			description:
				'Of a write that replaces a state (labels), and needed there: beforeSha of the proposal. Another state by now: 409 target_changed',
		}),
});

/** A write as it was asked for. `args` is the value as received, never what a schema library returned. */
export interface WriteRequest {
	readonly provider: string;
	readonly tool: string;
	readonly args: JsonObject;
	readonly nonce?: string;
}
export interface ExecuteRequest extends WriteRequest {
	readonly argsSha: string;
	readonly acknowledged: readonly string[];
	readonly beforeSha?: string;
}

/** Reads bytes as I-JSON (bytes §1): 413 when too long, 400 with the path of what is wrong. */
export function readJson(body: RawBody): Result<JsonValue, Refusal> {
	if (body === null) return err(refuse('body_too_large', 'The body may be at most 256 KiB.'));
	const json = readIJsonBytes(body);
	if (json.ok) return json;
	const { message, path } = json.error;
	return err(
		refuse(
			'invalid_request',
			`The body cannot be read: ${message}`,
			path === undefined ? {} : { errors: [{ path, message }] },
		),
	);
}

/** Checks a value against a closed schema: 400 `invalid_request` with one error per field. */
export function checkShape<T extends z.ZodType>(schema: T, value: unknown): Result<z.output<T>, Refusal> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return ok(parsed.data);
	const errors = parsed.error.issues.slice(0, 20).map((issue) => ({
		path: issue.path.join('.') || '(body)',
		message: plainWords(issue),
	}));
	return err(
		refuse('invalid_request', `The request is not well formed: ${errors[0]?.path} ${errors[0]?.message}.`, { errors }),
	);
}

function plainWords(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case 'unrecognized_keys':
			return `unknown: ${shownKeys(issue.keys)}`;
		case 'invalid_type':
			return issue.message.endsWith('received undefined') ? 'is required' : `must be ${issue.expected}`;
		case 'invalid_value':
			return `must be one of: ${issue.values.join(', ')}`;
		default:
			return issue.message;
	}
}

/** The keys are the caller's: one that is longer than any name could be a secret in the wrong place. */
function shownKeys(keys: readonly string[]): string {
	const shown = keys
		.slice(0, 10)
		.map((key) => (/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(key) ? key : 'a key that is no name'));
	return [...new Set(shown)].join(', ');
}

export function readPropose(json: JsonValue): Result<WriteRequest, Refusal> {
	const shape = checkShape(proposeBody, json);
	return shape.ok ? ok({ ...shape.value, args: argsOf(json) } as WriteRequest) : shape;
}

export function readExecute(json: JsonValue): Result<ExecuteRequest, Refusal> {
	const shape = checkShape(executeBody, json);
	if (!shape.ok) return shape;
	return ok({ ...shape.value, args: argsOf(json), acknowledged: shape.value.acknowledged ?? [] } as ExecuteRequest);
}

/** `z.record` drops `__proto__`: the args that are hashed and checked are the ones that came. */
function argsOf(json: JsonValue): JsonObject {
	return (json as { args: JsonObject }).args;
}
