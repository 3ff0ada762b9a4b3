import type { AnswerOf } from '#api/contract/routes';
import type { Span } from './annotate.ts';

export type Warning = AnswerOf<'POST /api/mcp/propose'>['preview']['warnings'][number];

/** One line of the list: warnings of the same kind, field and words are one notice with several places. */
export interface Notice {
	readonly n: number;
	readonly code: Warning['code'];
	readonly title: string;
	readonly detail: string;
	readonly field: string;
	readonly holds: boolean;
	readonly spans: readonly Span[];
}

/** `labels.0` is the first label as it was typed, `removed.0` the first that is removed. */
const placeOf = (field: string) => {
	if (field.startsWith('removed.')) return 'a label that is removed';
	const label = /^labels\.(\d+)$/.exec(field);
	return label ? `label ${Number(label[1]) + 1}` : `the ${field}`;
};

function titleOf(code: Warning['code'], field: string): string {
	switch (code) {
		case 'bidi_control':
			return `Hidden change of text direction in ${placeOf(field)}`;
		case 'invisible_character':
			return `Invisible character in ${placeOf(field)}`;
		case 'mixed_script':
			return `Look-alike letters in ${placeOf(field)}`;
		case 'hidden_comment':
			return `Hidden comment in ${placeOf(field)}`;
		case 'mention':
			return 'Notifies people';
		case 'closing_keyword':
			return 'Closing keyword';
		case 'quick_action':
			return 'Quick action';
		case 'link':
			return 'Link that leaves GitHub';
		case 'remote_image':
			return 'Image from elsewhere';
		case 'long_text':
			return 'Very long text';
	}
}

const fieldName = (field: string) => field.replace(/^args\./, '');

/** The notices in the order they are read: those that hold first. Their numbers also stand in the text. */
export function noticesOf(warnings: readonly Warning[]): readonly Notice[] {
	const groups = new Map<string, Warning[]>();
	for (const warning of warnings) {
		const key = JSON.stringify([warning.code, warning.field, warning.detail, warning.holds]);
		groups.set(key, [...(groups.get(key) ?? []), warning]);
	}
	const ordered = [...groups.values()].sort((a, b) => Number(b[0]?.holds) - Number(a[0]?.holds));
	return ordered.flatMap((group, index) => {
		const first = group[0];
		if (first === undefined) return [];
		const n = index + 1;
		const field = fieldName(first.field);
		// A whole text that is long has no place to point at.
		const places = first.code === 'long_text' ? [] : group;
		return [
			{
				n,
				code: first.code,
				title: titleOf(first.code, field),
				detail: first.detail,
				field,
				holds: first.holds,
				spans: places.map(({ start, end, code }) => ({ start, end, n, lookAlike: code === 'mixed_script' })),
			},
		];
	});
}

export const spansOf = (notices: readonly Notice[], field: string): readonly Span[] =>
	notices.filter((notice) => notice.field === field).flatMap((notice) => notice.spans);

/** Codes of which every holding notice is ticked: what execute calls `acknowledged`. */
export function acknowledgedCodes(notices: readonly Notice[], ticked: ReadonlySet<number>): string[] {
	const holding = notices.filter((notice) => notice.holds);
	return [...new Set(holding.map((notice) => notice.code))].filter((code) =>
		holding.every((notice) => notice.code !== code || ticked.has(notice.n)),
	);
}
