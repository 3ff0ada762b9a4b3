import type { JsonObject } from '#core/canonical-json';
import type { SafeWrite } from '#core/registry/types';

/** The texts of a write that a person reads: title, and the body before the footer. Warnings point into these. */
export function writeFields(write: SafeWrite, args: JsonObject): { title?: string; body?: string } {
	const { title } = args;
	const body = args[write.bodyField];
	return {
		...(typeof title === 'string' ? { title } : {}),
		...(typeof body === 'string' ? { body } : {}),
	};
}
