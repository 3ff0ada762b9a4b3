import { asSentence } from '#ui/controls/field-message.ts';
import { labelLimit, labelsLimit, namesIn, withNames } from './label-input.ts';

/** The writes that the form offers: what is asked, how it becomes arguments, and where a refusal belongs. */
export const writeKinds = ['issue', 'comment', 'labels'] as const;
export type WriteKind = (typeof writeKinds)[number];

export interface WriteValues {
	readonly owner: string;
	readonly repo: string;
	readonly title: string;
	readonly number: string;
	readonly body: string;
	readonly labels: readonly string[];
	/** What stands in the labels' field and is not in the list yet: it counts, or a quick preview would lose it. */
	readonly label: string;
}

export const emptyValues: WriteValues = {
	owner: '',
	repo: '',
	title: '',
	number: '',
	body: '',
	labels: [],
	label: '',
};

/** The labels that the issue shall have: the list, and what was typed after it. */
export const labelsOf = (values: WriteValues): readonly string[] =>
	withNames(values.labels, namesIn(values.label)).labels;

/** Exactly what is sent to propose and to execute: one object, made once, so that both carry the same bytes. */
export interface Submitted {
	readonly kind: WriteKind;
	readonly provider: 'github';
	readonly tool: string;
	readonly args: Readonly<Record<string, string | number | readonly string[]>>;
	readonly nonce?: string;
}

export const titleLimit = 256;
export const bodyLimit = 64_000;

/** Length in code points, as the API counts it; a surrogate pair is one. */
export const codePoints = (text: string): number => {
	let count = 0;
	for (const _ of text) count += 1;
	return count;
};

/** `#512` is how people write it. */
export const numberOf = (values: WriteValues): string => values.number.trim().replace(/^#/, '');

export function submittedOf(kind: WriteKind, values: WriteValues): Submitted {
	const where = { owner: values.owner.trim(), repo: values.repo.trim() };
	switch (kind) {
		case 'issue':
			return {
				kind,
				provider: 'github',
				tool: 'issue_write',
				args: {
					method: 'create',
					...where,
					title: values.title,
					...(values.body === '' ? {} : { body: values.body }),
				},
			};
		case 'comment':
			return {
				kind,
				provider: 'github',
				tool: 'add_issue_comment',
				args: { ...where, issue_number: Number(numberOf(values)), body: values.body },
			};
		case 'labels':
			return {
				kind,
				provider: 'github',
				tool: 'issue_write',
				args: { method: 'update', ...where, issue_number: Number(numberOf(values)), labels: labelsOf(values) },
			};
	}
}

export type FieldName = Exclude<keyof WriteValues, 'label'>;
export type FieldErrors = Partial<Record<FieldName, string>>;

/** What can be said before asking the API, which has the last word. */
export function checkValues(kind: WriteKind, values: WriteValues): FieldErrors {
	const errors: FieldErrors = {};
	if (values.owner.trim() === '') errors.owner = 'Name the owner of the repository.';
	if (values.repo.trim() === '') errors.repo = 'Name the repository.';
	if (kind === 'issue' && values.title.trim() === '') errors.title = 'An issue needs a title.';
	if (kind === 'issue' && codePoints(values.title) > titleLimit) errors.title = 'A title has 256 characters at most.';
	if (kind !== 'issue' && !/^[1-9]\d{0,8}$/.test(numberOf(values)))
		errors.number = 'The number of the issue, such as 512.';
	if (kind === 'comment' && values.body.trim() === '') errors.body = 'A comment needs a text.';
	if (kind !== 'labels' && codePoints(values.body) > bodyLimit) errors.body = 'A body has 64,000 characters at most.';
	const wrong = kind === 'labels' ? wrongLabels(labelsOf(values)) : undefined;
	if (wrong !== undefined) errors.labels = wrong;
	return errors;
}

function wrongLabels(labels: readonly string[]): string | undefined {
	if (labels.length === 0) {
		return 'Name at least one label. All labels cannot be removed here: the MCP server ignores an empty set.';
	}
	if (labels.length > labelsLimit) return `An issue has ${labelsLimit} labels at most; these are ${labels.length}.`;
	const long = labels.find((name) => codePoints(name) > labelLimit);
	return long && `A label has ${labelLimit} characters at most. “${[...long].slice(0, 20).join('')}…” is longer.`;
}

const fieldOfPath: Readonly<Record<string, FieldName>> = {
	owner: 'owner',
	repo: 'repo',
	title: 'title',
	issue_number: 'number',
	body: 'body',
	labels: 'labels',
};

/**
 * A refusal's field errors, put beside the fields they name; what names none of them is left out.
 * @param labels as they were sent: a refusal of one names its place, a person knows its name.
 */
export function errorsByField(
	errors: readonly { path: string; message: string }[],
	labels: readonly string[] = [],
): FieldErrors {
	const found: FieldErrors = {};
	for (const { path, message } of errors) {
		const [name = '', place] = path.replace(/^args\./, '').split('.');
		const field = fieldOfPath[name];
		if (field === undefined || found[field] !== undefined) continue;
		found[field] = asSentence(message, place === undefined ? undefined : `“${labels[Number(place)] ?? place}”`);
	}
	return found;
}

const tags: Readonly<Record<WriteKind, string>> = {
	issue: 'github · issue_write · create',
	comment: 'github · add_issue_comment',
	labels: 'github · issue_write · update',
};
export const tagOf = (kind: WriteKind) => tags[kind];

const nouns: Readonly<Record<WriteKind, string>> = { issue: 'issue', comment: 'comment', labels: 'set of labels' };
export const nounOf = (kind: WriteKind) => nouns[kind];

/** “One more, on purpose”: 128 bits that make the same arguments another approval (bytes: nonce). */
export function newNonce(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return btoa(String.fromCharCode(...bytes))
		.replaceAll('+', '-')
		.replaceAll('/', '_')
		.replaceAll('=', '');
}
