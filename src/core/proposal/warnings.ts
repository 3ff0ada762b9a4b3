import { alikeNames } from './warn-alike.ts';
import { closingKeywords, links, mentions, quickActions, remoteImages } from './warn-effects.ts';
import { bidiControls, hiddenComments, invisibleCharacters, mixedScripts } from './warn-unseen.ts';
import type { Finder, Place } from './warning-place.ts';

/** What a reader could miss. The first four hold: approval needs an explicit tick (contracts.md §2). */
export const HOLDING_CODES = ['bidi_control', 'invisible_character', 'mixed_script', 'hidden_comment'] as const;
export const INFORMING_CODES = [
	'mention',
	'closing_keyword',
	'quick_action',
	'link',
	'remote_image',
	'long_text',
] as const;
export type WarningCode = (typeof HOLDING_CODES)[number] | (typeof INFORMING_CODES)[number];

export type WarningField = 'title' | 'body' | `${'labels' | 'removed'}.${number}`;
/** The texts of a write that a person reads. `removed`: labels that stand there and would not any more. */
export type WarningFields = { title?: string; body?: string; labels?: readonly string[]; removed?: readonly string[] };

/** `start`, `end` are UTF-16 offsets into the field as the user wrote it; `detail` is one sentence for a person. */
export type Warning = {
	code: WarningCode;
	field: WarningField;
	start: number;
	end: number;
	detail: string;
	holds: boolean;
};

/** Past this many places of one code in one field the last one that is shown says how many more there are. */
export const MAX_PLACES = 20;

/** UTF-16 units from which a text is called long: more than a reader takes in at a glance. */
export const LONG_TEXT = 10_000;

/** A label is a name: it mentions, closes and links nothing, and is no Markdown. */
const FINDERS: ReadonlyArray<{ code: WarningCode; fields: readonly (keyof WarningFields)[]; find: Finder }> = [
	{ code: 'bidi_control', fields: ['title', 'body', 'labels', 'removed'], find: bidiControls },
	{ code: 'invisible_character', fields: ['title', 'body', 'labels', 'removed'], find: invisibleCharacters },
	{ code: 'mixed_script', fields: ['title', 'body', 'labels', 'removed'], find: mixedScripts },
	{ code: 'hidden_comment', fields: ['body'], find: hiddenComments }, // a title is not Markdown
	{ code: 'mention', fields: ['title', 'body'], find: mentions },
	{ code: 'closing_keyword', fields: ['title', 'body'], find: closingKeywords },
	{ code: 'quick_action', fields: ['body'], find: quickActions },
	{ code: 'link', fields: ['title', 'body'], find: links },
	{ code: 'remote_image', fields: ['body'], find: remoteImages },
	{ code: 'long_text', fields: ['title', 'body'], find: longText },
];

/**
 * Everything a reader of these texts could miss, by code in the order of contracts.md §2, then field, then place. `webUrl`
 * is the provider's web address (`https://github.com`): links elsewhere are named. Linear in the length of the texts, and
 * at most MAX_PLACES per code and field, whatever they hold.
 */
export function warnings(fields: WarningFields, webUrl: string): Warning[] {
	const found = FINDERS.flatMap(({ code, fields: names, find }) =>
		names
			.flatMap((name) => textsOf(fields, name))
			.flatMap(([field, text]) =>
				capped(find(text, webUrl)).map((place) => ({ code, field, ...place, holds: isHolding(code) })),
			),
	);
	return [...found, ...alikeLabels(fields)];
}

/** Last, as what has labels has no code after `mixed_script`. */
function alikeLabels({ labels = [], removed = [] }: WarningFields): Warning[] {
	return Array.from(alikeNames([...labels, ...removed]), ({ index, ...place }) => {
		const field: WarningField = index < labels.length ? `labels.${index}` : `removed.${index - labels.length}`;
		return { code: 'mixed_script', field, ...place, holds: true };
	});
}

function textsOf(fields: WarningFields, name: keyof WarningFields): [WarningField, string][] {
	if (name === 'title' || name === 'body') return [[name, fields[name] ?? '']];
	return (fields[name] ?? []).map((label, index) => [`${name}.${index}`, label]);
}

/** The codes of holding warnings that the approver has not ticked, each once. */
export function acknowledgedAll(found: readonly Warning[], acknowledged: readonly string[]): WarningCode[] {
	const missing = found.filter((warning) => warning.holds && !acknowledged.includes(warning.code));
	return [...new Set(missing.map((warning) => warning.code))];
}

/** acknowledgedAll of these texts' own warnings: empty = may be executed. */
export function missingAcknowledgements(
	fields: WarningFields,
	webUrl: string,
	acknowledged: readonly string[],
): WarningCode[] {
	return acknowledgedAll(warnings(fields, webUrl), acknowledged);
}

function isHolding(code: WarningCode): boolean {
	return (HOLDING_CODES as readonly string[]).includes(code);
}

function capped(places: Iterable<Place>): Place[] {
	const shown: Place[] = [];
	let more = 0;
	for (const { start, end, detail } of places) {
		if (shown.length < MAX_PLACES) shown.push({ start, end, detail });
		else more++;
	}
	const last = shown.at(-1);
	if (last && more > 0) last.detail += ` (and ${more} more after this one)`;
	return shown;
}

function* longText(text: string): Iterable<Place> {
	if (text.length > LONG_TEXT) {
		yield { start: 0, end: text.length, detail: `${text.length} characters: read to the end before you approve.` };
	}
}
