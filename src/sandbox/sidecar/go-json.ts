/**
 * JSON as Go's encoder writes it: `<`, `>` and `&` become `\u003c` … in answers (its default), and stay as they are in REST
 * bodies (go-github switches that off). The two line separators are escaped in both.
 */
const hex = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

export const goJson = (value: unknown): string => JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, hex);

export const goPlainJson = (value: unknown): string => JSON.stringify(value).replace(/[\u2028\u2029]/g, hex);

/** The Go type name of a decoded JSON value, as `%T` prints it in error texts. */
export function goType(value: unknown): string {
	if (value === null || value === undefined) return '<nil>';
	if (Array.isArray(value)) return '[]interface {}';
	switch (typeof value) {
		case 'string':
			return 'string';
		case 'number':
			return 'float64';
		case 'boolean':
			return 'bool';
		default:
			return 'map[string]interface {}';
	}
}

/** What Go says about a body that is not JSON. Close for the two usual cases: cut off, and HTML. */
export function goSyntaxError(text: string): string {
	const first = text.trimStart()[0];
	if (first === undefined || text.trimStart() === '{' || text.trimStart() === '[') return 'unexpected EOF';
	return /[{["tfn\d-]/.test(first) ? 'unexpected EOF' : `invalid character '${first}' looking for beginning of value`;
}
