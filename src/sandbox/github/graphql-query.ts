/** A field of a GraphQL document: what is asked, under which name it is answered, with which arguments (variables put in). */
export type Field = { name: string; alias: string; args: Record<string, unknown>; fields: Field[] };

const token = /[A-Za-z_]\w*|\$[A-Za-z_]\w*|-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|[{}()[\]:!=]/g;

/**
 * Reads the one operation of a document. It knows what the sidecar's client sends: fields, aliases, arguments, variables,
 * lists and input objects; no fragments, no directives. Throws on anything else.
 */
export function parseQuery(text: string, variables: Record<string, unknown>): Field[] {
	const tokens: string[] = [...(text.match(token) ?? [])];
	let at = 0;
	const next = (): string => {
		const value = tokens[at++];
		if (value === undefined) throw new Error('Unexpected end of document');
		return value;
	};
	const expect = (wanted: string) => {
		const found = next();
		if (found !== wanted) throw new Error(`Expected ${wanted}, found ${found}`);
	};

	const value = (): unknown => {
		const start = next();
		if (start.startsWith('$')) return variables[start.slice(1)];
		if (start.startsWith('"') || /^-?\d/.test(start)) return JSON.parse(start);
		if (start === '[') {
			const items: unknown[] = [];
			while (tokens[at] !== ']') items.push(value());
			at++;
			return items;
		}
		if (start === '{') {
			at--;
			return pairs('{', '}');
		}
		if (start === 'true' || start === 'false') return start === 'true';
		return start === 'null' ? null : start;
	};
	const pairs = (open: string, close: string): Record<string, unknown> => {
		expect(open);
		const found: Record<string, unknown> = {};
		while (tokens[at] !== close) {
			const name = next();
			expect(':');
			found[name] = value();
		}
		at++;
		return found;
	};
	const selection = (): Field[] => {
		expect('{');
		const fields: Field[] = [];
		while (tokens[at] !== '}') {
			const alias = next();
			if (!/^[A-Za-z_]/.test(alias)) throw new Error(`Unexpected ${alias}`);
			const aliased = tokens[at] === ':';
			if (aliased) at++;
			const name = aliased ? next() : alias;
			const args = tokens[at] === '(' ? pairs('(', ')') : {};
			fields.push({ name, alias, args, fields: tokens[at] === '{' ? selection() : [] });
		}
		at++;
		return fields;
	};

	// The declarations of variables hold no braces; what is selected starts at the first one.
	const start = tokens.indexOf('{');
	if (start < 0) throw new Error('A query attribute must be specified and must be a string.');
	at = start;
	return selection();
}
