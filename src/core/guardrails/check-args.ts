import type { JsonObject, JsonValue } from '#core/canonical-json';
import { footerHidden } from '#core/proposal/footer-hidden';
import { reservedMarker } from '#core/proposal/reserved-marker';
import { type FieldError, type Refusal, refuse } from '#core/refusals';
import type { SafeWrite } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';

/**
 * Whether the args, as received, fit the write (contracts §3 check 9): its closed schema, then nothing that only the
 * portal may write, then a body that lets the footer be seen (bytes §3). An argument that the real server would ignore
 * in silence is refused, since the approver would have approved something that does not happen.
 *
 * Only a verdict is taken from the schema, never its parsed copy: what is hashed, shown and sent is what came.
 */
export function checkArgs(write: SafeWrite, args: JsonValue): Result<JsonObject, Refusal> {
	if (args === null || typeof args !== 'object' || Array.isArray(args)) {
		return err(invalid([{ path: 'args', message: 'args must be an object' }]));
	}
	const errors = schemaErrors(write, args);
	if (errors.length > 0) return err(invalid(errors));

	const reserved = reservedMarker(args);
	if (reserved !== null) {
		const message = 'this text is how the portal marks what was approved; write it in other words';
		return err(
			refuse('reserved_marker', `${reserved.path} holds text that only the portal may write.`, {
				errors: [{ path: reserved.path, message }],
			}),
		);
	}

	const body = args[write.bodyField];
	const hidden = typeof body === 'string' ? footerHidden(body) : null;
	if (hidden !== null) {
		const path = `args.${write.bodyField}`;
		return err(
			refuse('footer_hidden', `${path} leaves something open that would hide the approver’s footer.`, {
				errors: [{ path, message: `${hidden.reason} (from character ${hidden.at + 1} on)` }],
			}),
		);
	}
	return ok(args);
}

function schemaErrors(write: SafeWrite, args: JsonObject): FieldError[] {
	const parsed = write.schema.safeParse(args);
	if (parsed.success) return [];
	return parsed.error.issues.flatMap((issue): FieldError[] => {
		if (issue.code === 'unrecognized_keys') return issue.keys.map(unknownKey);
		return [{ path: ['args', ...issue.path.map(String)].join('.'), message: issue.message }];
	});
}

/** The key is the caller's: repeated only when it looks like a name, so that an answer never carries a page of text. */
function unknownKey(key: string): FieldError {
	const path = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(key) ? `args.${key}` : 'args';
	return { path, message: 'this write takes no such argument; leave it out' };
}

function invalid(errors: FieldError[]): Refusal {
	const first = errors[0];
	const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
	return refuse('invalid_args', `${first?.path}: ${first?.message}${more}.`, { errors });
}
