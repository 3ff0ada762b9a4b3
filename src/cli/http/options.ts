import { parseArgs } from 'node:util';
import { err, ok, type Result } from '#core/result';

/** `text` takes a value, `switch` none. */
export type OptionSpec = Readonly<Record<string, 'text' | 'switch'>>;

type Values<S extends OptionSpec> = { readonly [N in keyof S]?: S[N] extends 'text' ? string : true };

/**
 * Reads `--name value` and `--name=value`, each at most once, and nothing else. The error is a sentence that never repeats
 * a value: it may be a secret that was put in the wrong place.
 */
export function readOptions<S extends OptionSpec>(args: readonly string[], spec: S): Result<Values<S>, string> {
	const options = Object.fromEntries(
		Object.entries(spec).map(([name, kind]) => [name, { type: kind === 'text' ? 'string' : 'boolean' } as const]),
	);
	const { tokens } = parseArgs({
		args: [...args],
		options,
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	const values: Record<string, string | true> = {};
	for (const token of tokens) {
		if (token.kind !== 'option') return err('Everything is said by options (--name value); there is something else.');
		const { name, value } = token;
		const kind = Object.hasOwn(spec, name) ? spec[name] : undefined;
		if (kind === undefined)
			return err(`There is no option ${/^[a-z][a-z-]{0,30}$/.test(name) ? `--${name}` : 'of that name'}.`);
		if (Object.hasOwn(values, name)) return err(`--${name} is given twice.`);
		if (kind === 'switch') {
			if (value !== undefined) return err(`--${name} takes no value.`);
			values[name] = true;
			continue;
		}
		// Without “=”, what follows is taken for the value even when it is the next option.
		if (value === undefined || value === '' || (!token.inlineValue && value.startsWith('--'))) {
			return err(`--${name} needs a value.`);
		}
		values[name] = value;
	}
	return ok(values as Values<S>);
}
