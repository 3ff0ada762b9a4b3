/** Hashes of one entry, from its stored text alone (RFC 6962 leaf, then the chain's own hash). */
export interface Derived {
	readonly leaf: string;
	readonly entryHash: string;
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const joined = (...parts: readonly Uint8Array[]) => {
	const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
};

const utf8 = new TextEncoder();

/**
 * Re-derives an entry's hashes in this browser, so that what the server says is not taken on trust.
 * leaf = SHA-256(0x00 ‖ text); entryHash = SHA-256(`sarc-audit-v1\n` ‖ prev, 32 bytes ‖ leaf).
 * @returns undefined where the browser offers no hashing (a page that is neither https nor localhost) or prev is no hash.
 */
export async function derive(text: string, prev: string | undefined): Promise<Derived | undefined> {
	const subtle = globalThis.crypto?.subtle;
	if (!subtle || !prev || !/^[0-9a-f]{64}$/.test(prev)) return undefined;
	const sha256 = async (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array(await subtle.digest('SHA-256', bytes));
	const leaf = await sha256(joined(Uint8Array.of(0), utf8.encode(text)));
	const entryHash = await sha256(joined(utf8.encode('sarc-audit-v1\n'), unhex(prev), leaf));
	return { leaf: hex(leaf), entryHash: hex(entryHash) };
}
