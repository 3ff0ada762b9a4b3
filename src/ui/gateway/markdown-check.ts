/** Why a body is shown as source, or undefined when a browser renders it in no time. */
export type TooMuch = 'long' | 'tangled' | undefined;

const lengthLimit = 8_000;
const linesLimit = 500;
const delimitersLimit = 700;
const nestingLimit = 10;

/**
 * A Markdown parser can be kept busy for half a minute by a body of allowed length (delimiter runs, nested lists and
 * quotes). The writer controls the body, so it is counted in one pass before any parser sees it.
 */
export function tooMuchToRender(body: string): TooMuch {
	if (body.length > lengthLimit) return 'long';
	const delimiters = body.match(/[*_~[\]`<>|&]/g)?.length ?? 0;
	if (delimiters > delimitersLimit) return 'tangled';
	const lines = body.split('\n');
	if (lines.length > linesLimit) return 'tangled';
	for (const line of lines) {
		const lead = /^(?:[ \t]|>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))*/.exec(line)?.[0] ?? '';
		const markers = lead.match(/[>*+-]|\d[.)]/g)?.length ?? 0;
		if (markers > nestingLimit || lead.replaceAll('\t', '    ').length > nestingLimit * 6) return 'tangled';
	}
	return undefined;
}
