import type { JsonObject, JsonValue } from '#core/canonical-json';
import type { Refusal } from '#core/refusals';
import type { SafeWrite } from '#core/registry/types';
import type { Result } from '#core/result';
import { assertWriteAllowed } from './assert-write-allowed.ts';
import { checkArgs } from './check-args.ts';

/**
 * Checks 8 and 9 of contracts §3, in that order: the tool, then its arguments. The same for propose and execute.
 * `args` is the value as received; on success it is an object that fits `SafeWrite.schema`.
 */
export function guardWrite(input: { provider: string; tool: string; args: JsonValue }): Result<SafeWrite, Refusal> {
	const allowed = assertWriteAllowed(input.provider, input.tool, input.args);
	if (!allowed.ok) return allowed;
	const checked: Result<JsonObject, Refusal> = checkArgs(allowed.value, input.args);
	return checked.ok ? allowed : checked;
}
