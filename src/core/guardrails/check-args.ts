import type { JsonObject, JsonValue } from '#core/canonical-json';
import { footerHidden } from '#core/proposal/footer-hidden';
import { reservedMarker } from '#core/proposal/reserved-marker';
import { type FieldError, type Refusal, refuse } from '#core/refusals';
import type { SafeWrite } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';

/** The caller decides how many arguments are wrong, so not all of them are named; the sentence says how many there are. */
const MAX_ERRORS = 20;

/**
 * Whether the args, as received, fit the write (contracts §3 check 9): its closed schema, then nothing that only the
 * portal may write, then a body that lets the footer be seen (bytes §3). An argument that the real server would ignore
 * in silence is refused, since the approver would have approved something that does not happen.
 *
 * Only a verdict is taken from the schema, never its parsed copy: what is hashed, shown and sent is what came.
 */
export function checkArgs(write: SafeWrite, args: JsonValue): Result<JsonObject, Refusal> {
	if (args === null || typeof args !== 'object' || Array.isArray(args)) {
		return err(invalid([{ path: 'args', message: 'must be an object' }]));
	}
	const errors = schemaErrors(write, args);
	if (errors.length > 0) return err(invalid(errors));

	const reserved = reservedMarker(args);
	if (reserved !== null) {
		const message = 'This reads like the mark that the portal puts under what was approved. Say it in other words.';
		return err(
			refuse('reserved_marker', `${reserved.path} holds text that only the portal may write.`, {
				errors: [{ path: reserved.path, message }],
			}),
		);
	}

	const body = write.bodyField === null ? undefined : args[write.bodyField];
	const hidden = typeof body === 'string' ? footerHidden(body) : null;
	if (hidden !== null) {
		const path = `args.${write.bodyField}`;
		return err(
			refuse('footer_hidden', `${path} leaves something open that would hide the approver’s footer.`, {
				errors: [{ path, message: `At character ${hidden.at + 1}: ${hidden.reason}` }],
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
		const name = issue.path.map(String).join('.');
		return [{ path: name === '' ? 'args' : `args.${name}`, message: issue.message }];
	});
}

/** The key is the caller's: repeated only when it looks like a name, so that an answer never carries a page of text. */
function unknownKey(key: string): FieldError {
	const path = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(key) ? `args.${key}` : 'args';
	return { path, message: 'must be left out: this write takes no such argument' };
}

function invalid(errors: FieldError[]): Refusal {
	const first = errors[0];
	const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
	return refuse('invalid_args', `${first?.path}: ${first?.message}${more}.`, { errors: errors.slice(0, MAX_ERRORS) });
}
