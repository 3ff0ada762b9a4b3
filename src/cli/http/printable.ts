const MOST_CHARACTERS = 2_000;

/**
 * Text from an answer as a terminal may show it: whoever answers chooses it, and escape sequences, line breaks, or
 * characters that turn the direction of text would let it write what it wants to the screen. They are shown as `\u{…}`.
 * Every one of `secrets` is blanked: a server, or what stands in its place, may send back what it was sent.
 */
export function printable(text: string, secrets: readonly string[] = []): string {
	let shown = text;
	for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '[secret]');
	const cut = shown.length > MOST_CHARACTERS ? `${shown.slice(0, MOST_CHARACTERS)}…` : shown;
	return cut.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
