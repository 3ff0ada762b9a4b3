import { describe, expect, it } from 'vitest';
import { ProblemError } from '#api/client';
import { type Stage, step } from '#ui/gateway/flow.ts';
import { type Proposal, type ProposeAnswer, proposalOf } from '#ui/gateway/proposal.ts';
import { resultOfError, rowOf } from '#ui/gateway/result.ts';
import { checkValues, submittedOf } from '#ui/gateway/writes.ts';

const values = { owner: ' acme ', repo: 'payments-api', title: 'T', number: '512', body: 'B', labels: [], label: '' };
const answer = (argsSha: string, body?: string): ProposeAnswer => ({
	provider: 'github',
	tool: 'issue_write',
	argsSha,
	marker: null,
	preview: {
		summary: 'Open a new issue in acme/payments-api',
		target: { owner: 'acme', repo: 'payments-api' },
		as: { login: 'bot', fingerprint: null },
		args: {},
		...(body === undefined ? {} : { artifact: { body } }),
		warnings: [],
	},
});
const proposal = (sha = 'a'): Proposal => proposalOf(submittedOf('issue', values), answer(sha), new Date(0));
const refused = (code: string) => resultOfError(new ProblemError({ code, detail: 'd', executionId: 'e1' }, 502));

describe('from the form to the outcome', () => {
	it('nothing but a preview leads to a decision, and nothing but a decision to an execution', () => {
		const form: Stage = { at: 'form' };
		expect(step(form, { type: 'previewed', proposal: proposal() })).toBe(form);
		expect(step(form, { type: 'approve', acknowledged: [] })).toBe(form);
		const panel = step(form, { type: 'open' });
		expect(step(panel, { type: 'approve', acknowledged: [] })).toBe(panel);
	});

	it('a preview that arrives after the panel was closed decides nothing', () => {
		const asked = step(step({ at: 'form' }, { type: 'open' }), { type: 'ask' });
		const closed = step(asked, { type: 'close' });
		expect(step(closed, { type: 'previewed', proposal: proposal() })).toEqual({ at: 'form' });
	});

	it('an execution under way cannot be closed or previewed over, and takes only its own outcome', () => {
		const executing: Stage = { at: 'executing', proposal: proposal('a'), acknowledged: [] };
		expect(step(executing, { type: 'close' })).toBe(executing);
		expect(step(executing, { type: 'ask' })).toBe(executing);
		expect(step(executing, { type: 'ended', argsSha: 'b', result: refused('tool_not_allowed') })).toBe(executing);
		expect(step(executing, { type: 'ended', argsSha: 'a', result: refused('tool_not_allowed') }).at).toBe('outcome');
	});
});

describe('what an answer to execute means', () => {
	it.each(['outcome_unknown', 'execution_in_progress', 'execution_unresolved'])('%s is watched, not failed', (code) => {
		expect(refused(code)).toEqual({ kind: 'watch', code, executionId: 'e1' });
	});

	it.each(['internal', 'database_unavailable'])('%s is unknown: the write may have left before', (code) => {
		expect(refused(code)).toMatchObject({ kind: 'watch', code: 'lost' });
	});

	it('names the row that the attempt left, if it left one', () => {
		const left = new ProblemError({ code: 'execution_in_progress', executionId: 'e1', auditSeq: 7 }, 409);
		expect(resultOfError(left)).toMatchObject({ kind: 'watch', auditSeq: 7 });
		expect(rowOf(new ProblemError({ code: 'target_not_allowed', auditSeq: 0 }, 403))).toBe(0);
		expect(rowOf(new ProblemError({ code: 'rate_limited' }, 429))).toBeUndefined();
	});

	it('a lost connection is unknown', () => {
		expect(resultOfError(new TypeError('fetch failed'))).toMatchObject({ kind: 'watch', code: 'lost' });
	});

	it.each(['upstream_rejected', 'args_sha_mismatch', 'provider_unreachable', 'feature-disabled'])(
		'%s is a definite no',
		(code) => {
			expect(refused(code).kind).toBe('refused');
		},
	);
});

describe('a proposal', () => {
	it('shows what the portal adds apart from what was typed', () => {
		const made = proposalOf(submittedOf('issue', values), answer('a', 'B\n\n---\nApproved by'), new Date(0));
		expect(made).toMatchObject({ body: 'B', footer: '\n\n---\nApproved by' });
	});

	it('shows the written body whole when it does not begin with what was typed', () => {
		const made = proposalOf(submittedOf('issue', values), answer('a', 'Other\n\n---'), new Date(0));
		expect(made).toMatchObject({ body: 'Other\n\n---', footer: undefined });
	});

	it('carries the arguments of its tool and no other key', () => {
		expect(submittedOf('issue', values).args).toEqual({
			method: 'create',
			owner: 'acme',
			repo: 'payments-api',
			title: 'T',
			body: 'B',
		});
		expect(submittedOf('comment', values).args).toEqual({
			owner: 'acme',
			repo: 'payments-api',
			issue_number: 512,
			body: 'B',
		});
	});
});

describe('the number of an issue', () => {
	it('may be written with its #, and is sent without', () => {
		const typed = { ...values, number: ' #512 ' };
		expect(checkValues('comment', typed)).toEqual({});
		expect(submittedOf('comment', typed).args).toMatchObject({ issue_number: 512 });
		expect(checkValues('comment', { ...values, number: '##512' }).number).toBeDefined();
	});
});
