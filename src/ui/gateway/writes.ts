/** The two writes that the form offers: what is asked, how it becomes arguments, and where a refusal belongs. */
export type WriteKind = 'issue' | 'comment';

export interface WriteValues {
	readonly owner: string;
	readonly repo: string;
	readonly title: string;
	readonly number: string;
	readonly body: string;
}

export const emptyValues: WriteValues = { owner: '', repo: '', title: '', number: '', body: '' };

/** Exactly what is sent to propose and to execute: one object, made once, so that both carry the same bytes. */
export interface Submitted {
	readonly kind: WriteKind;
	readonly provider: 'github';
	readonly tool: string;
	readonly args: Readonly<Record<string, string | number>>;
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
	}
}

export type FieldName = keyof WriteValues;
export type FieldErrors = Partial<Record<FieldName, string>>;

/** What can be said before asking the API, which has the last word. */
export function checkValues(kind: WriteKind, values: WriteValues): FieldErrors {
	const errors: FieldErrors = {};
	if (values.owner.trim() === '') errors.owner = 'Name the owner of the repository.';
	if (values.repo.trim() === '') errors.repo = 'Name the repository.';
	if (kind === 'issue' && values.title.trim() === '') errors.title = 'An issue needs a title.';
	if (kind === 'issue' && codePoints(values.title) > titleLimit) errors.title = 'A title has 256 characters at most.';
	if (kind === 'comment' && !/^[1-9]\d{0,8}$/.test(numberOf(values)))
		errors.number = 'The number of the issue, such as 512.';
	if (kind === 'comment' && values.body.trim() === '') errors.body = 'A comment needs a text.';
	if (codePoints(values.body) > bodyLimit) errors.body = 'A body has 64,000 characters at most.';
	return errors;
}

const fieldOfPath: Readonly<Record<string, FieldName>> = {
	owner: 'owner',
	repo: 'repo',
	title: 'title',
	issue_number: 'number',
	body: 'body',
};

/** A refusal's field errors, put beside the fields they name; what names none of them is left out. */
export function errorsByField(errors: readonly { path: string; message: string }[]): FieldErrors {
	const found: FieldErrors = {};
	for (const { path, message } of errors) {
		const field = fieldOfPath[path.replace(/^args\./, '')];
		if (field !== undefined && found[field] === undefined) found[field] = message;
	}
	return found;
}

export const tagOf = (kind: WriteKind) =>
	kind === 'issue' ? 'github · issue_write · create' : 'github · add_issue_comment';

export const nounOf = (kind: WriteKind) => (kind === 'issue' ? 'issue' : 'comment');

/** “One more, on purpose”: 128 bits that make the same arguments another approval (bytes: nonce). */
export function newNonce(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return btoa(String.fromCharCode(...bytes))
		.replaceAll('+', '-')
		.replaceAll('/', '_')
		.replaceAll('=', '');
}
