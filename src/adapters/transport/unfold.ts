/** Deeper nesting than anybody writes by accident; bounds the work, since each pass may uncover only one more layer. */
const MOST_LAYERS = 8;

/** Escapes of JSON, JavaScript and HTML that stand for one character by its number. */
const NUMBERED = /\\u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,6});?|&#([0-9]{1,7});?/gi;

/**
 * A text as a reader would finally have it: percent, JSON and HTML escapes decoded, layer by layer, invisible characters
 * gone, every stretch of white space and control characters one space. `settled` is false when there are still more layers.
 */
export function unfold(text: string): { readonly text: string; readonly settled: boolean } {
	let plain = text;
	for (let layer = 0; layer < MOST_LAYERS; layer++) {
		const next = decodeOnce(plain);
		if (next === plain) return { text: tidy(plain), settled: true };
		plain = next;
	}
	return { text: tidy(plain), settled: false };
}

function decodeOnce(text: string): string {
	return text
		.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
		.replace(/(?:%[0-9a-f]{2})+/gi, fromPercent)
		.replace(NUMBERED, (written, ...groups: (string | undefined)[]) => {
			const [u, braces, x, entity, decimal] = groups;
			const code = decimal === undefined ? Number.parseInt(u ?? braces ?? x ?? entity ?? '', 16) : Number(decimal);
			return code <= 0x10ffff ? String.fromCodePoint(code) : written;
		})
		.replace(/\\[nrtbf]/g, ' ')
		.replace(/\\(["\\/])/g, '$1');
}

function fromPercent(run: string): string {
	try {
		return decodeURIComponent(run);
	} catch {
		// Not UTF-8 as a whole: byte by byte, so that a stray byte cannot shield what stands next to it.
		return Buffer.from(run.replaceAll('%', ''), 'hex').toString('latin1');
	}
}

function tidy(text: string): string {
	return text.toWellFormed().replace(/[\p{Cc}\s]+/gu, ' ');
}
