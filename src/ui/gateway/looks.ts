import type { Execution } from './executions.ts';

/** When the reconciler looks, after the outcome became unknown (contracts §5); each up to a fifth later. */
const looks = ['2 s', '10 s', '1 min', '5 min', '15 min'] as const;

export const looksWords = `${looks.slice(0, -1).join(', ')} and ${looks.at(-1)} after the outcome became unknown`;

/** How far it is: “2 of 5 looks so far”. A look that died and was taken up again counts twice, so no sum is exceeded. */
export function lookWords(checks: number): string {
	if (checks === 0) return 'Not looked yet';
	return `Not found yet, ${Math.min(checks, looks.length)} of ${looks.length} looks so far`;
}

/** Only a set of labels can be read back; everything else is sought by its mark. */
export const isLabels = ({ tool, method }: Pick<Execution, 'tool' | 'method'>): boolean =>
	tool === 'issue_write' && method === 'update';
