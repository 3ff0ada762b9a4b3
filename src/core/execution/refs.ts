/** A visible ref, or the beginning of a marker: both name a proposal by the first 16 digits of its argsSha. */
const REF = /sarc-mcp:([0-9a-f]{16})/g;

/** The proposals that a text names, by visible ref or marker: 16 hex digits each, none twice, in order. */
export function refsIn(text: string): string[] {
	return [...new Set([...text.matchAll(REF)].map((match) => match[1] as string))];
}

/** The ref of a proposal as {@link refsIn} gives it. */
export function refOf(argsSha: string): string {
	return argsSha.slice(0, 16);
}
