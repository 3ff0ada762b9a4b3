import { canonicalJson, type JsonObject, type JsonValue } from '#core/canonical-json';
import { type Sha256, toHex, utf8 } from '#core/sha256';

/** What an approval is bound to. `tenantId` is the tenant's id, not its slug; `args` are those received (bytes.md §1). */
export type ArgsShaInput = { tenantId: string; provider: string; tool: string; args: JsonValue; nonce?: string };

/** How a person says "yes, a second one": 1 to 64 characters. */
export const NONCE_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** An argsSha as written: 64 lowercase hex digits. */
export const ARGS_SHA_PATTERN = /^[0-9a-f]{64}$/;

/**
 * The JCS text whose SHA-256 is the argsSha (bytes.md §2). It covers tenant, provider and tool beside the args, so that an
 * approval cannot move to another of them. Throws on a malformed nonce and on what canonicalJson throws on.
 */
export function argsShaPreimage(input: ArgsShaInput): string {
	if (input.nonce !== undefined && !NONCE_PATTERN.test(input.nonce)) throw new TypeError('malformed nonce');
	const preimage: JsonObject = {
		args: input.args,
		provider: input.provider,
		tenant: input.tenantId,
		tool: input.tool,
		v: 1,
	};
	if (input.nonce !== undefined) preimage.nonce = input.nonce;
	return canonicalJson(preimage);
}

/** Lowercase hex SHA-256 of argsShaPreimage's UTF-8 bytes. */
export function argsSha(input: ArgsShaInput, sha256: Sha256): string {
	return toHex(sha256(utf8(argsShaPreimage(input))));
}
