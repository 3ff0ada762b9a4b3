/**
 * Every code that the portal answers with, its HTTP status (RFC 9110) and the title of its problem body (RFC 9457).
 * One closed union: a code that is not here cannot be sent, and each has a page in docs/errors.
 */
export const refusals = {
	invalid_request: { status: 400, title: 'The request cannot be read' },
	unauthenticated: { status: 401, title: 'Sign in first' },
	role_required: { status: 403, title: 'Your role does not allow this' },
	scope_required: { status: 403, title: 'This token does not allow this' },
	origin_mismatch: { status: 403, title: 'The request comes from another site' },
	agent_dispatch_disabled: { status: 403, title: 'Agent dispatch is off for this tenant' },
	target_not_allowed: { status: 403, title: 'Your tenant does not write there' },
	tool_not_allowed: { status: 403, title: 'This tool is not on the write list' },
	tenant_not_found: { status: 404, title: 'There is no such tenant for you' },
	not_found: { status: 404, title: 'There is nothing here' },
	method_not_allowed: { status: 405, title: 'This address does not take that method' },
	args_sha_mismatch: { status: 409, title: 'What arrived is not what was approved' },
	execution_in_progress: { status: 409, title: 'These bytes are being written right now' },
	execution_unresolved: { status: 409, title: 'What became of these bytes is not known yet' },
	execution_settled: { status: 409, title: 'What became of this write is settled' },
	target_changed: { status: 409, title: 'It is not as it was when you looked' },
	already_member: { status: 409, title: 'This person is in the tenant already' },
	last_admin: { status: 409, title: 'The tenant would have no ADMIN left' },
	slug_taken: { status: 409, title: 'There is a tenant with this slug' },
	credential_missing: { status: 412, title: 'There is no credential yet' },
	credential_unreadable: { status: 412, title: 'The stored credential does not open' },
	body_too_large: { status: 413, title: 'The request is too large' },
	unsupported_media_type: { status: 415, title: 'Send JSON' },
	wrong_host: { status: 421, title: 'The portal does not answer under this name' },
	invalid_args: { status: 422, title: 'The arguments do not fit the tool' },
	reserved_marker: { status: 422, title: 'The text holds what only the portal may write' },
	footer_hidden: { status: 422, title: 'The text would hide the approver’s footer' },
	warning_unacknowledged: { status: 422, title: 'A notice has not been ticked' },
	reason_required: { status: 422, title: 'Say why' },
	expiry_too_long: { status: 422, title: 'The token would live too long' },
	artifact_not_verified: { status: 422, title: 'What stands there does not bear that out' },
	credential_rejected: { status: 422, title: 'The provider refuses this credential' },
	rate_limited: { status: 429, title: 'Too many requests' },
	write_budget_exhausted: { status: 429, title: 'The credential’s write budget is used up' },
	internal: { status: 500, title: 'Something broke in the portal' },
	upstream_rejected: { status: 502, title: 'The provider said no; nothing was written' },
	outcome_unknown: { status: 502, title: 'Sent, but what happened is not known yet' },
	'feature-disabled': { status: 503, title: 'The gateway is switched off' },
	provider_not_configured: { status: 503, title: 'The provider is not connected to this portal' },
	tool_definition_changed: { status: 503, title: 'The provider’s tool is not the one that was pinned' },
	provider_unreachable: { status: 503, title: 'The provider cannot be reached; nothing was sent' },
	database_unavailable: { status: 503, title: 'The database cannot be reached' },
} as const satisfies Record<string, { status: number; title: string }>;

export type RefusalCode = keyof typeof refusals;

/** A field that is wrong, by JSON path (`args.title`), and what would be right. */
export interface FieldError {
	readonly path: string;
	readonly message: string;
}

/** Why something was not done. `detail` is for a person and holds no secret, host, or other tenant's data. */
export interface Refusal {
	readonly code: RefusalCode;
	readonly detail: string;
	readonly errors?: readonly FieldError[];
	/** Seconds until it may be tried again (RFC 9110 §10.2.3). */
	readonly retryAfter?: number;
	/** Further members of the problem body: `executionId`, `missing`, … */
	readonly extra?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export function refuse(code: RefusalCode, detail: string, more: Omit<Refusal, 'code' | 'detail'> = {}): Refusal {
	return { code, detail, ...more };
}
