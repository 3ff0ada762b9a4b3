import type { AnswerOf, BodyOf, QueryOf, RouteKey } from './contract/routes.ts';

/** A problem body (RFC 9457) of the portal, thrown by {@link call}. */
export class ProblemError extends Error {
	override readonly name = 'ProblemError';
	readonly status: number;
	readonly code: string;
	readonly detail: string;
	readonly requestId: string;
	readonly errors: readonly { path: string; message: string }[];
	/** Seconds, from Retry-After. */
	readonly retryAfter: number | undefined;
	readonly extra: Readonly<Record<string, unknown>>;

	constructor(body: Record<string, unknown>, status: number, retryAfter?: number) {
		super(String(body.detail ?? body.title ?? status));
		this.status = status;
		this.code = String(body.code ?? 'internal');
		this.detail = String(body.detail ?? '');
		this.requestId = String(body.requestId ?? '');
		this.errors = Array.isArray(body.errors) ? body.errors : [];
		this.retryAfter = retryAfter;
		this.extra = body;
	}
}

type Optional<Name extends string, T> = [T] extends [undefined] ? { [N in Name]?: never } : { [N in Name]: T };
type Params<K extends string> = K extends `${string}:${infer P}/${infer R}`
	? P | Params<R>
	: K extends `${string}:${infer P}`
		? P
		: never;
export type CallInput<K extends RouteKey> = Optional<'query', QueryOf<K>> &
	Optional<'body', BodyOf<K>> &
	([Params<K>] extends [never] ? { params?: never } : { params: Record<Params<K>, string> }) & {
		signal?: AbortSignal | undefined;
	};

/**
 * Calls one route of the table, typed from it. Throws {@link ProblemError} for every answer that is not 2xx.
 * @param options.base origin, for calls from outside a page; `fetch` to call with (default: the global one).
 */
export async function call<K extends RouteKey>(
	key: K,
	input: CallInput<K>,
	options: { base?: string; fetch?: typeof fetch; headers?: Record<string, string> } = {},
): Promise<AnswerOf<K>> {
	const [method, template] = key.split(' ') as [string, string];
	const params = (input.params ?? {}) as Record<string, string>;
	const path = template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
		if (value !== undefined && value !== null) query.set(name, String(value));
	}
	const search = query.size > 0 ? `?${query}` : '';
	const response = await (options.fetch ?? fetch)(`${options.base ?? ''}${path}${search}`, {
		method,
		headers: { ...(input.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
		...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
		...(input.signal === undefined ? {} : { signal: input.signal }),
	});
	if (response.ok) return (await response.json()) as AnswerOf<K>;
	const body = await response.json().catch(() => ({ code: 'internal', detail: `HTTP ${response.status}` }));
	const retryAfter = Number(response.headers.get('retry-after'));
	throw new ProblemError(body as Record<string, unknown>, response.status, retryAfter > 0 ? retryAfter : undefined);
}
