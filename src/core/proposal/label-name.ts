import type { FieldError } from '#core/refusals';

/** Any space but U+0020, one at an end, two in a row. */
const ODD_SPACES = /^ | $| {2}|[^\P{Zs} ]/u;

/**
 * Names that an issue would newly get though they look like other names: in spaces, or in how letters are composed. They
 * would be shown, and taken, for one another. One that stands there already, in exactly this spelling, may stay: nothing
 * comes of it that was not there. Letter case is not folded here: the Kelvin sign would pass for the k that stands there.
 * @param labels as they were sent; paths point into them.
 */
export function unfitToAdd(labels: readonly string[], present: readonly string[]): FieldError[] {
	const standing = new Set(present);
	return labels.flatMap((name, index) => {
		const message = standing.has(name) ? null : passesForAnother(name);
		return message === null ? [] : [{ path: `args.labels.${index}`, message }];
	});
}

function passesForAnother(name: string): string | null {
	if (ODD_SPACES.test(name)) {
		return 'must have no space at its beginning or end, and between words one plain space (U+0020): only a label that stands on the issue already may stay as it is';
	}
	// The Kelvin sign is a k, and a letter with its accent apart is the letter that has it.
	return name === name.normalize('NFC')
		? null
		: 'must be in Unicode’s composed form (NFC): as it is, it looks like another name, and only a label that stands on the issue already may stay so';
}
