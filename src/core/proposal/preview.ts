import type { JsonObject } from '#core/canonical-json';
import type { SafeWrite, Target } from '#core/registry/types';
import { type LabelChange, labelChange } from './label-set.ts';
import { artifactBody, type FooterApprover, marker } from './marker.ts';
import { type Warning, type WarningFields, warnings } from './warnings.ts';

/** `args` as received; `asker` stands where the approver will; `as` = the tenant's credential, nulls when there is none. */
export type PreviewInput = {
	write: Pick<SafeWrite, 'bodyField' | 'summary' | 'target'>;
	args: JsonObject;
	argsSha: string;
	as: { login: string | null; fingerprint: string | null };
	asker: FooterApprover;
	webUrl: string;
	/** For a write that replaces a state: the labels that stand there, and when they were read. */
	present?: { labels: readonly string[]; readAt: Date };
};

/**
 * What an execute would send: `args` byte for byte but for the approver's name. `artifact` = the texts that a person will
 * read, footer included. Warnings point into the user's own `title` and `body`, with which the shown ones begin. A write
 * that replaces a state has no artifact: it has that state, the one that would stand there then, and the difference.
 */
export type Preview = {
	summary: string;
	target: Target;
	as: { login: string | null; fingerprint: string | null };
	args: JsonObject;
	artifact?: { title?: string; body: string };
	warnings: Warning[];
} & Partial<LabelChange & { readAt: string }>;

/** Takes args that have passed the tool's schema; does no checking of its own. Pure, stores nothing. */
export function buildPreview({ write, args, argsSha, as, asker, webUrl, present }: PreviewInput): Preview {
	const fields = textFields(write, args);
	const change = present && labelChange(present.labels, labelsOf(args));
	const common = {
		summary: write.summary(args),
		target: write.target(args),
		as,
		args,
		warnings: warnings(change ? { ...fields, removed: change.removed } : fields, webUrl),
	};
	if (write.bodyField !== null) {
		const body = artifactBody(fields.body, asker, argsSha);
		return {
			...common,
			args: { ...args, [write.bodyField]: body },
			artifact: fields.title === undefined ? { body } : { title: fields.title, body },
		};
	}
	if (present === undefined) return common;
	return { ...common, ...change, readAt: present.readAt.toISOString() };
}

/** The marker that stands in the artifact; null for a write that carries no text to put it in. */
export function markerFor(write: Pick<SafeWrite, 'bodyField'>, argsSha: string): string | null {
	return write.bodyField === null ? null : marker(argsSha);
}

/** The texts of a write that a person reads: title, the body before the footer, labels. Warnings point into these. */
export function textFields(write: Pick<SafeWrite, 'bodyField'>, args: JsonObject): WarningFields {
	const { title } = args;
	const body = write.bodyField === null ? undefined : args[write.bodyField];
	return {
		...(typeof title === 'string' ? { title } : {}),
		...(typeof body === 'string' ? { body } : {}),
		...(write.bodyField === null ? { labels: labelsOf(args) } : {}),
	};
}

/** The labels of a write that sets them, as they were written. */
export function labelsOf({ labels }: JsonObject): string[] {
	return Array.isArray(labels) ? labels.filter((name) => typeof name === 'string') : [];
}
