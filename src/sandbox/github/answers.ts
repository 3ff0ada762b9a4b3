/** One answer of the REST or GraphQL side, before it is put on the wire. */
export type Answer = { status: number; headers?: Record<string, string>; body: unknown };

const docs = 'https://docs.github.com/enterprise-server@3.19/rest';

/** GitHub's error body. `status` inside the body is text, as GitHub sends it. */
export function problem(status: number, message: string, more: Record<string, unknown> = {}): Answer {
	return { status, body: { message, ...more, documentation_url: docs, status: String(status) } };
}

export const notFound = (): Answer => problem(404, 'Not Found');
export const badCredentials = (): Answer => problem(401, 'Bad credentials');
export const issuesDisabled = (): Answer => problem(410, 'Issues has been disabled in this repository.');
export const notAccessible = (): Answer => problem(403, 'Resource not accessible by personal access token');

/** A repository that moved: reading is sent on with 301, writing with 307, so that the client repeats the same body there. */
export function moved(location: string, reading: boolean): Answer {
	const body = { message: 'Moved Permanently', url: location, documentation_url: docs };
	return { status: reading ? 301 : 307, headers: { location }, body };
}

export function invalid(resource: string, field: string, message: string): Answer {
	return problem(422, 'Validation Failed', { errors: [{ resource, field, code: 'custom', message }] });
}

export function missing(resource: string, field: string): Answer {
	return problem(422, 'Validation Failed', { errors: [{ resource, field, code: 'missing_field' }] });
}

export function secondaryRateLimit(): Answer {
	return {
		status: 403,
		headers: { 'retry-after': '60' },
		body: {
			message:
				'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.',
			documentation_url: `${docs}/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits`,
			status: '403',
		},
	};
}

/** `reset` in seconds since 1970. */
export function primaryRateLimit(login: string, reset: number): Answer {
	return {
		status: 403,
		headers: { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
		body: {
			message: `API rate limit exceeded for user ${login}.`,
			documentation_url: `${docs}/using-the-rest-api/rate-limits-for-the-rest-api`,
			status: '403',
		},
	};
}

const usual: Readonly<Record<number, string>> = {
	401: 'Bad credentials',
	403: 'Resource not accessible by personal access token',
	404: 'Not Found',
	410: 'Issues has been disabled in this repository.',
	422: 'Validation Failed',
	429: 'API rate limit exceeded',
	500: 'Server Error',
};

/** The body that GitHub sends with this status: JSON, but HTML from the gateways in front of it (502, 503, 504). */
export function statusFault(status: number, message?: string): Answer {
	if (status === 502 || status === 503 || status === 504) {
		const title = status === 502 ? 'Bad Gateway' : status === 503 ? 'Service Unavailable' : 'Gateway Timeout';
		return { status, headers: { 'content-type': 'text/html' }, body: `<html>${message ?? title}</html>` };
	}
	const answer = problem(status, message ?? usual[status] ?? 'Unknown');
	return status === 429 ? { ...answer, headers: { 'retry-after': '60' } } : answer;
}
