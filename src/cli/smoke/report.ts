import type { CommandIo } from '#cli/http/command-io';
import { printable } from '#cli/http/printable';
import type { Trouble } from '#cli/http/trouble';
import type { Result } from '#core/result';

/** Every step, in order, with what it shows. */
export const STEPS = {
	prerequisites: 'Ready: signed in, ADMIN, flag, switch, credential, MCP server',
	propose: 'Propose: argsSha is that of the bytes, preview carries the marker, nothing written',
	execute: 'Execute: an issue in the right place',
	audit: 'Audit: the chain is valid, the row has the argsSha and none of the text',
	idempotent: 'Again: the same issue, no second one',
	'tool-refused': 'A compliance-critical tool is refused: 403 tool_not_allowed',
	tampered: 'Tampered: 409 args_sha_mismatch',
	'flag-off': 'Flag off: 503 feature-disabled, and on again',
} as const;

export type StepName = keyof typeof STEPS;

/** `code` may also be one that only this command has. */
export interface StepTrouble {
	readonly code: Trouble['code'] | 'flag_not_restored' | 'usage';
	readonly reason: string;
}

/** What a step hands on, and a few words about what it saw. */
export interface StepDone<T> {
	readonly value: T;
	readonly note: string;
}

interface StepRecord {
	readonly step: StepName | 'options';
	readonly title: string;
	readonly result: 'ok' | 'failed' | 'not_run';
	readonly ms: number;
	readonly reason?: string;
	readonly code?: string;
	readonly note?: string;
}

export interface Report {
	/** Runs a step and says how it went; null when it failed. */
	step<T>(name: StepName, work: () => Promise<Result<StepDone<T>, StepTrouble>>): Promise<T | null>;
	notRun(name: StepName, reason: string): void;
	failed(): boolean;
	/** Steps that have said nothing yet were not reached. Gives the exit code, after the last line or the JSON. */
	finish(): number;
}

export const EXIT = { passed: 0, failed: 1, incomplete: 2 } as const;

/** One line per step as it ends, or one JSON document at the end. All of it goes through `printable`. */
export function createReport(options: {
	readonly io: CommandIo;
	readonly json: boolean;
	readonly url: string;
	readonly tenant: string;
	readonly now: () => number;
	readonly secrets: () => readonly string[];
}): Report {
	const { io, json, now } = options;
	const records: StepRecord[] = [];
	const clean = (text: string): string => printable(text, options.secrets());

	const add = (record: StepRecord): void => {
		records.push(record);
		if (!json) io.out(clean(lineOf(record)));
	};
	const failed = (): boolean => records.some(({ result }) => result === 'failed');

	return {
		failed,
		async step(name, work) {
			const began = now();
			const done = await work();
			const base = { step: name, title: STEPS[name], ms: Math.round(now() - began) };
			if (done.ok) {
				add({ ...base, result: 'ok', ...(done.value.note === '' ? {} : { note: clean(done.value.note) }) });
				return done.value.value;
			}
			add({ ...base, result: 'failed', reason: clean(done.error.reason), code: done.error.code });
			return null;
		},
		notRun: (name, reason) => add({ step: name, title: STEPS[name], result: 'not_run', ms: 0, reason: clean(reason) }),
		finish() {
			const exit = failed()
				? EXIT.failed
				: records.some(({ result }) => result === 'not_run')
					? EXIT.incomplete
					: EXIT.passed;
			if (json) io.out(documentOf({ ...options, exit, steps: records }));
			else io.out(lastLine(exit, records));
			return exit;
		},
	};
}

/** The JSON of a command line that cannot be run: the same shape. */
export function usageDocument(reason: string): string {
	const step: StepRecord = {
		step: 'options',
		title: 'Options',
		result: 'failed',
		ms: 0,
		reason: printable(reason),
		code: 'usage',
	};
	return documentOf({ exit: EXIT.failed, url: '', tenant: '', steps: [step] });
}

function documentOf(all: { exit: number; url: string; tenant: string; steps: readonly StepRecord[] }): string {
	const { exit, url, tenant, steps } = all;
	return JSON.stringify({ ok: exit === EXIT.passed, exit, url, tenant: printable(tenant), steps });
}

const WORDS = { ok: 'ok', failed: 'FAILED', not_run: 'NOT RUN' } as const;

function lineOf({ step, title, result, ms, reason, code, note }: StepRecord): string {
	const head = `${WORDS[result].padEnd(8)}${step.padEnd(15)}${`${ms} ms`.padStart(9)}  `;
	if (result === 'ok') return head + (note ?? title);
	return `${head}${code === undefined ? '' : `[${code}] `}${reason}`;
}

function lastLine(exit: number, records: readonly StepRecord[]): string {
	const named = (result: StepRecord['result']): string =>
		records
			.filter((record) => record.result === result)
			.map(({ step }) => step)
			.join(', ');
	switch (exit) {
		case EXIT.passed:
			return 'All passed.';
		case EXIT.incomplete:
			return `Incomplete: nothing failed, but not run: ${named('not_run')}.`;
		default:
			return `Failed: ${named('failed')}.`;
	}
}
