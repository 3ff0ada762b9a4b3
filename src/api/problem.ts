import { type Refusal, refusals } from '#core/refusals';

/** Headers of every answer that the API gives itself. */
export const apiHeaders = {
	'cache-control': 'no-store',
	'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'x-frame-options': 'DENY',
	'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * A refusal as `application/problem+json` (RFC 9457): `type` is a page that exists, `code` one of the closed union.
 * Nothing else reaches the answer: no stack, SQL, upstream host, token or other tenant's data (contracts §4).
 */
export function problem(
	refusal: Refusal,
	requestId: string,
	portalUrl: string,
	headers: Record<string, string> = {},
): Response {
	const { status, title } = refusals[refusal.code];
	const body = {
		...refusal.extra,
		type: `${portalUrl}/errors/${refusal.code}`,
		title,
		status,
		code: refusal.code,
		detail: refusal.detail,
		requestId,
		...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
	};
	return new Response(JSON.stringify(body), {
		status,
		headers: {
			...apiHeaders,
			'content-type': 'application/problem+json',
			'x-request-id': requestId,
			...(refusal.retryAfter === undefined
				? {}
				: { 'retry-after': String(Math.max(1, Math.ceil(refusal.retryAfter))) }),
			...headers,
		},
	});
}
