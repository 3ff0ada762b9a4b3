/** What a statement does to an execution, whatever its exact words: table, verb and column, and the state it brings. */
export type StatementName = 'reserve' | 'settle' | 'verdict' | 'claim-look' | 'put-off';

const STATES = new Set(['CONFIRMED', 'REJECTED', 'ABSENT', 'INDETERMINATE', 'NEEDS_HUMAN']);

/** Null for a statement that is none of them. */
export function statementOf(text: string, params: readonly unknown[]): StatementName | null {
	if (/\bINSERT INTO execution\b/.test(text)) return 'reserve';
	const changes = /\bUPDATE execution\b[^;]*?\bSET\s+([a-z_]+)/.exec(text)?.[1];
	switch (changes) {
		case 'state':
			return settling(params.flat());
		case 'checks':
			return 'claim-look';
		case 'look_until':
			return 'put-off';
		default:
			return null;
	}
}

/** An append of a row alone shares this statement: then it brings no state. A reservation is settled, all else is a verdict. */
function settling(values: readonly unknown[]): StatementName | null {
	if (!values.some((value) => typeof value === 'string' && STATES.has(value))) return null;
	return values.includes('RESERVED') ? 'settle' : 'verdict';
}
