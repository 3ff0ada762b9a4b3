import type { JsonValue } from '#core/canonical-json';
import { err, ok, type Result } from '#core/result';
import type { Exchange } from './exchange.ts';
import { isObject, onlyText, sentence, unsent } from './github-result.ts';
import { atMost500, redact } from './redact.ts';
import { type Requested, TOO_MANY_REQUESTS } from './request.ts';

export interface ReadFailure {
	readonly kind: 'unauthorized' | 'unreachable' | 'unreadable' | 'not_found';
	readonly why: string;
	/** The answer passed the size limit: a smaller page may still be read. */
	readonly tooLarge?: boolean;
	/** The server refused the request itself: as one does that has started anew and knows no session of before. */
	readonly forgotten?: boolean;
	/** Of not_found: it was there once, and has been deleted, or all of its kind are switched off. */
	readonly gone?: boolean;
}

/** The JSON that a read tool gives in its one text, or why there is none. `values` never come back in a reason. */
export function readJson(requested: Requested, values: readonly string[]): Result<JsonValue, ReadFailure> {
	const exchange = readExchange(requested);
	if (!exchange.ok) return exchange;
	const { secret, answer } = exchange.value;
	const { error, result } = answer ?? {};
	// v1.0.4 gives the API's failures of some reads as a JSON-RPC error, of others as an isError result.
	if (isObject(error)) return err(apiFailure(String(error.message ?? ''), values, secret));
	const text = isObject(result) ? onlyText(result.content) : null;
	if (text === null) return err({ kind: 'unreadable', why: 'The answer was not what this tool gives.' });
	if (isObject(result) && result.isError === true) return err(apiFailure(text, values, secret));
	try {
		return ok(JSON.parse(text) as JsonValue);
	} catch {
		return err({ kind: 'unreadable', why: 'The answer was not JSON.' });
	}
}

/** The exchange when there was an answer of any kind. */
export function readExchange(requested: Requested): Result<Exchange, ReadFailure> {
	if (requested.kind === 'given_up') return err({ kind: 'unreachable', why: unsent(undefined) });
	const exchange = requested.kind === 'exchanged' ? requested.exchange : requested.handshake;
	if (requested.kind === 'exchanged' && exchange.answer !== undefined) return ok(exchange);
	const { status, text = '' } = exchange;
	if (isAboutTheCredential(exchange)) {
		return err({ kind: 'unauthorized', why: `The MCP server does not accept the credential (HTTP ${status}).` });
	}
	if (status !== undefined) {
		const words = redact(text, [], exchange.secret);
		const why = words === '' ? `HTTP ${status}.` : atMost500(`HTTP ${status}: ${words}`);
		if (status >= 500) return err({ kind: 'unreachable', why });
		return err({ kind: 'unreadable', why, forgotten: requested.kind === 'exchanged' && status !== TOO_MANY_REQUESTS });
	}
	if (!exchange.connected) return err({ kind: 'unreachable', why: unsent(exchange.problem) });
	const problem = exchange.problem ?? 'no_answer';
	const kind = problem === 'deadline' || problem === 'dropped' ? 'unreachable' : 'unreadable';
	return err({ kind, why: sentence(problem), ...(problem === 'too_large' ? { tooLarge: true } : {}) });
}

/** 401, or v1.0.4's 400 for a token that does not look like one of GitHub's. */
export function isAboutTheCredential({ status, text = '' }: Exchange): boolean {
	return status === 401 || (status === 400 && /^bad request: [^\n]*Authorization header/.test(text));
}

/** GraphQL's words, behind the tool's own: also for what the credential may not see, and for a pull request's number. */
const NOT_THERE = /^[A-Za-z ]+: Could not resolve to an? (?:Issue|Repository) with the (?:number of|name) /;

/** The status that GitHub gave, as v1.0.4 writes it: REST `GET <url>: 404 …`, GraphQL `non-200 OK status code: 401 …`. */
function apiFailure(text: string, values: readonly string[], secret: string): ReadFailure {
	const match = /^[A-Za-z ,'-]+: GET \S+: (\d{3}) /.exec(text) ?? /non-200 OK status code: (\d{3}) /.exec(text);
	const status = Number(match?.[1] ?? 0);
	const why =
		redact(text, values, secret) || (status === 0 ? 'The tool reported an error.' : `GitHub answered ${status}.`);
	const limited = /rate limit/i.test(text);
	if (status === 401 || (status === 403 && !limited)) return { kind: 'unauthorized', why };
	if (status === 410) return { kind: 'not_found', why, gone: true };
	if (status === 404 || NOT_THERE.test(text)) return { kind: 'not_found', why };
	if (/^[A-Za-z ]+: Resource not accessible by /.test(text)) return { kind: 'unauthorized', why };
	if (status >= 500 || status === 429 || limited) return { kind: 'unreachable', why };
	return { kind: 'unreadable', why };
}
