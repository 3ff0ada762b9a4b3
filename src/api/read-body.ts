import { MAX_BODY_BYTES, type RawBody } from '#gateway/request';

/**
 * Reads at most {@link MAX_BODY_BYTES}; null when there is more (the rest is not read). An absent body is empty, and so is
 * one whose sender left half-way: it is refused as malformed, with the row that an attempt owes.
 */
export async function readBody(request: Request): Promise<RawBody> {
	try {
		return await readWhole(request);
	} catch {
		return new Uint8Array();
	}
}

/** As {@link readBody}, but throws when the sender left half-way. */
export async function readWhole(request: Request): Promise<RawBody> {
	const declared = request.headers.get('content-length');
	if (declared !== null) {
		// Node's parser holds the sender to the length it declared.
		if (Number(declared) > MAX_BODY_BYTES) return null;
		return new Uint8Array(await request.arrayBuffer());
	}
	if (request.body === null) return new Uint8Array();
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
