/**
 * Whether `words` could be what is left of the text once a reader has dropped tags and comments from it, whatever it takes
 * for one: from any `<` to any later `>`, link destinations too. The MCP server's sanitiser drops more than Markdown shows as
 * a tag (`[a](b<x>)`, an open `<title>`), and its rules may change: so none of them is imitated here.
 *
 * One pass; bit k of `here` says that the first k characters stand right before, as far as anybody could see.
 */
export function couldRemain(text: string, words: string): boolean {
	const places = new Map<string, number>();
	for (const [at, char] of [...words].entries()) places.set(char, (places.get(char) ?? 0) | (1 << at));
	const whole = 1 << words.length;
	let here = 0;
	let beforeTag = 0;
	for (const char of text) {
		if (char === '<') beforeTag |= here;
		here = char === '>' ? beforeTag : ((here | 1) & (places.get(char) ?? 0)) << 1;
		if ((here & whole) !== 0) return true;
	}
	return false;
}
