import type { JsonObject } from '#core/canonical-json';
import type { SafeWrite, Target } from '#core/registry/types';
import { artifactBody, type FooterApprover } from './marker.ts';
import { type Warning, type WarningFields, warnings } from './warnings.ts';

/** `args` as received; `asker` stands where the approver will; `as` = the tenant's credential, nulls when there is none. */
export type PreviewInput = {
	write: Pick<SafeWrite, 'bodyField' | 'summary' | 'target'>;
	args: JsonObject;
	argsSha: string;
	as: { login: string | null; fingerprint: string | null };
	asker: FooterApprover;
	webUrl: string;
};

/**
 * What an execute would send: `args` byte for byte but for the approver's name. `artifact` = the texts that a person will
 * read, footer included. Warnings point into the user's own `title` and `body`, with which the shown ones begin.
 */
export type Preview = {
	summary: string;
	target: Target;
	as: { login: string | null; fingerprint: string | null };
	args: JsonObject;
	artifact: { title?: string; body: string };
	warnings: Warning[];
};

/** Takes args that have passed the tool's schema; does no checking of its own. Pure, stores nothing. */
export function buildPreview({ write, args, argsSha, as, asker, webUrl }: PreviewInput): Preview {
	const fields = textFields(write, args);
	const body = artifactBody(fields.body, asker, argsSha);
	return {
		summary: write.summary(args),
		target: write.target(args),
		as,
		args: { ...args, [write.bodyField]: body },
		artifact: fields.title === undefined ? { body } : { title: fields.title, body },
		warnings: warnings(fields, webUrl),
	};
}

/** The texts of a write that a person reads: title, and the body before the footer. Warnings point into these. */
export function textFields(write: Pick<SafeWrite, 'bodyField'>, args: JsonObject): WarningFields {
	const title = args.title;
	const body = args[write.bodyField];
	return { ...(typeof title === 'string' ? { title } : {}), ...(typeof body === 'string' ? { body } : {}) };
}
