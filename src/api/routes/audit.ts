import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { ApiDeps } from '#api/deps';
import { type ApiEnv, mount } from '#api/pipeline';
import { apiHeaders } from '#api/problem';
import type { Actor } from '#core/audit/entry';
import { EXPORT_CONTENT_TYPE, EXPORT_HEADERS, exportLine } from '#core/audit/export';
import { ok } from '#core/result';
import type { AuditQuery, StoredEntry } from '#gateway/ports/audit';
import { verifyChain } from '#gateway/verify-chain';

/** Reading, exporting and verifying write no row (contracts §6). */
export function mountAudit(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { store } = deps.gateway;

	mount(app, deps, 'GET /api/audit', async ({ caller, query }) => {
		const { tenant: _t, log: _l, ok: done, ...rest } = query;
		const search = definedOnly({ ...rest, log: logOf(caller), ok: done === undefined ? undefined : done === 'true' });
		const { entries, head, more } = await store.page(search as unknown as AuditQuery);
		const next = more ? (entries.at(-1)?.seq ?? null) : null;
		return ok({ entries, size: head.size, head: head.head, next, actors: await namesOf(store, entries) });
	});

	mount(app, deps, 'POST /api/audit/verify-chain', async ({ caller, context, requestId }) => {
		const log = logOf(caller);
		if (!(context.req.header('accept') ?? '').includes('text/event-stream'))
			return ok(await verifyChain(deps.gateway, log));
		for (const [name, value] of Object.entries(apiHeaders)) context.header(name, value);
		context.header('x-request-id', requestId);
		const streamed = streamSSE(context, async (stream) => {
			const verdict = await verifyChain(deps.gateway, log, (done, size) =>
				stream.writeSSE({ event: 'progress', data: JSON.stringify({ done, size }) }),
			);
			await stream.writeSSE({ event: 'verdict', data: JSON.stringify(verdict) });
		});
		// The framework's own for event streams is no-cache, which lets an answer be stored.
		streamed.headers.set('cache-control', apiHeaders['cache-control']);
		return streamed;
	});

	mount(app, deps, 'GET /api/audit/export', async ({ caller, requestId }) => {
		const log = logOf(caller);
		const head = await store.head(log);
		const batches = store.scan(log, head.size)[Symbol.asyncIterator]();
		const text = new TextEncoder();
		const body = new ReadableStream<Uint8Array>({
			async pull(controller) {
				const { done, value } = await batches.next();
				if (done === true) return controller.close();
				controller.enqueue(text.encode(value.map(({ entry }) => exportLine(entry)).join('')));
			},
			async cancel() {
				await batches.return?.();
			},
		});
		return new Response(body, {
			headers: {
				...apiHeaders,
				'content-type': EXPORT_CONTENT_TYPE,
				'content-disposition': `attachment; filename="audit-${caller?.tenant.slug ?? 'platform'}.ndjson"`,
				'x-request-id': requestId,
				[EXPORT_HEADERS.log]: log,
				[EXPORT_HEADERS.size]: String(head.size),
				[EXPORT_HEADERS.head]: head.head,
			},
		});
	});
}

/** Names stay out of the hashed bytes; a token's row shows its owner's. An entry that does not parse names nobody. */
async function namesOf(
	store: ApiDeps['gateway']['store'],
	entries: readonly StoredEntry[],
): Promise<Record<string, string>> {
	const owners = new Map<string, string>();
	for (const { entry } of entries) {
		const actor = actorIn(entry);
		if (actor !== null && 'id' in actor) owners.set(actor.id, actor.kind === 'token' ? actor.by : actor.id);
	}
	const names = await store.directoryNames([...new Set(owners.values())]);
	return Object.fromEntries(
		[...owners].flatMap(([id, owner]) => (names[owner] === undefined ? [] : [[id, names[owner]]])),
	);
}

function actorIn(entry: string): Actor | null {
	try {
		return (JSON.parse(entry) as { actor?: Actor } | null)?.actor ?? null;
	} catch {
		return null;
	}
}

/** A route reached without a tenant has passed the platform admin check for `?log=platform`. */
function logOf(caller: { tenant: { id: string } } | undefined): string {
	return caller?.tenant.id ?? 'platform';
}

function definedOnly<T extends Record<string, unknown>>(fields: T): Partial<T> {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
