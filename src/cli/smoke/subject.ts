import { hash } from 'node:crypto';
import type { AnswerOf } from '#api/contract/routes';
import type { PortalClient } from '#cli/http/portal-client';
import type { JsonObject } from '#core/canonical-json';
import { argsSha } from '#core/proposal/args-sha';
import { err, type Result } from '#core/result';
import type { Sha256 } from '#core/sha256';
import type { SmokeOptions } from './options.ts';
import type { StepTrouble } from './report.ts';

export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');

/** What every step is given. */
export interface Smoke {
	readonly options: SmokeOptions;
	readonly portal: PortalClient;
	/** Unlike that of any other run; stands in the title, in the request's nonce, and as the reason on the flag. */
	readonly run: string;
	readonly startedAt: Date;
	readonly stop: AbortSignal;
	readonly pause: (ms: number) => Promise<void>;
	readonly now: () => number;
	/** A line for the person who waits. Never on stdout. */
	readonly tell: (line: string) => void;
}

/** Who asks, as the portal sees them. */
export interface Asker {
	readonly me: AnswerOf<'GET /api/me'>;
	readonly tenantId: string;
	readonly memberId: string;
}

export interface WriteRequest {
	readonly provider: string;
	readonly tool: string;
	readonly args: JsonObject;
	readonly nonce: string;
}

/** The issue that this run opens. */
export function issueRequest({ options, run, startedAt }: Smoke): WriteRequest {
	const { owner, repo } = options;
	const minute = startedAt.toISOString().slice(0, 16).replace('T', ' ');
	return {
		provider: 'github',
		tool: 'issue_write',
		args: {
			method: 'create',
			owner,
			repo,
			title: `Smoke test ${minute} UTC, run ${run}: nothing to do, please close`,
			body: [
				'This issue was opened by the command “portal smoke”, which checks a SARC portal from end to end. It reports no problem.',
				'',
				'Nobody has to do anything about it. Close it: with the button below, or on the command line with “gh issue close” and its number.',
				'',
				`Run ${run}`,
			].join('\n'),
		},
		nonce: run,
	};
}

/** The argsSha that these bytes must have in this tenant: computed here, not asked for. */
export function shaOf(asker: Asker, request: WriteRequest): string {
	return argsSha({ tenantId: asker.tenantId, ...request }, sha256);
}

/** Texts of the request that must not stand anywhere in the log: title, each line of the body, and the run's own name. */
export function textsOf({ args, nonce }: WriteRequest): string[] {
	const texts = [args.title, args.body].filter((value) => typeof value === 'string');
	return [...texts.flatMap((text) => text.split('\n')).filter((line) => line !== ''), nonce];
}

export function mismatch(reason: string): { ok: false; error: StepTrouble } {
	return err({ code: 'mismatch', reason });
}

/** A refusal that has to come: its body, or what came in its place. */
export function expectRefusal(
	what: string,
	answer: Result<unknown, { code: string; reason: string; status?: number; body?: Readonly<Record<string, unknown>> }>,
	status: number,
	code: string,
): Result<Readonly<Record<string, unknown>>, StepTrouble> {
	if (answer.ok) return mismatch(`${what} was not refused. It has to answer ${status} ${code}.`);
	const { error } = answer;
	if (error.code === code && error.status === status && error.body !== undefined)
		return { ok: true, value: error.body };
	// No answer at all is its own trouble, not a wrong answer.
	if (error.body === undefined) return err(error as StepTrouble);
	return mismatch(
		`${what} was answered ${error.status} ${error.code}, and has to be ${status} ${code}. It said: ${error.reason}`,
	);
}
