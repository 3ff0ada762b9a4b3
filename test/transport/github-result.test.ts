import { describe, expect, test } from 'vitest';
import { type Exchange, newExchange } from '#adapters/transport/exchange';
import { outcomeOf } from '#adapters/transport/github-result';
import type { JsonObject, JsonValue } from '#core/canonical-json';

/** The words of v1.0.4 as recorded (facts and exchanges), with other hosts. */
const API = 'http://ghe.corp.example/api/v3';
const issue = {
	creates: 'issue' as const,
	tool: 'issue_write',
	target: { owner: 'acme', repo: 'ledger' },
	values: ['acme', 'ledger', 'Rounding differs', 'A body with the secret-project-name inside'],
	webUrl: 'https://github.com',
};
const comment = {
	creates: 'comment' as const,
	tool: 'add_issue_comment',
	target: { owner: 'acme', repo: 'ledger', number: 7 },
	values: ['acme', 'ledger', 'Seen again.'],
	webUrl: 'https://github.com',
};

/** Labels of issue 7, set by `issue_write` with the method `update`. */
const labels = {
	...comment,
	creates: 'labels' as const,
	tool: 'issue_write',
	values: ['acme', 'ledger', 'needs-care'],
};
type Judged = typeof issue | typeof comment | typeof labels;

function exchangeWith(more: Partial<Exchange>): Exchange {
	return Object.assign(newExchange('secret', AbortSignal.timeout(1000), 1), { connected: true }, more);
}
function said(text: string, isError: JsonValue | undefined, judged: Judged = issue) {
	const result: JsonObject = { content: [{ type: 'text', text }] };
	if (isError !== undefined) result.isError = isError;
	return outcomeOf(exchangeWith({ answer: { jsonrpc: '2.0', id: 1, result } }), judged);
}
const failed = (text: string, judged: Judged = issue) => said(text, true, judged);

describe('success', () => {
	test.each<[string, string, Judged]>([
		['the approved place', 'https://github.com/acme/ledger/issues/7', issue],
		['owner and repository in another case', 'https://github.com/Acme/LEDGER/issues/7', issue],
		['a comment', 'https://github.com/acme/ledger/issues/7#issuecomment-9001', comment],
		['a comment on a pull request', 'https://github.com/acme/ledger/pull/7#issuecomment-9001', comment],
		['labels of the approved issue', 'https://github.com/Acme/ledger/issues/7', labels],
	])('%s is confirmed', (_, url, judged) => {
		expect(said(JSON.stringify({ id: '9001', url }), undefined, judged)).toEqual({
			kind: 'confirmed',
			url,
			id: '9001',
		});
		expect(said(JSON.stringify({ id: '9001', url }), false, judged).kind).toBe('confirmed');
	});

	test.each<[string, string, Judged]>([
		['another owner', 'https://github.com/evil/ledger/issues/7', issue],
		['another repository', 'https://github.com/acme/ledger2/issues/7', issue],
		['another origin', 'https://github.com.evil.example/acme/ledger/issues/7', issue],
		['another scheme', 'http://github.com/acme/ledger/issues/7', issue],
		['another port', 'https://github.com:8443/acme/ledger/issues/7', issue],
		['a user before the host', 'https://x@github.com/acme/ledger/issues/7', issue],
		['a path that climbs', 'https://github.com/acme/ledger/../other/issues/7', issue],
		['a longer path', 'https://github.com/acme/ledger/issues/7/x', issue],
		['a query', 'https://github.com/acme/ledger/issues/7?x', issue],
		['number 0', 'https://github.com/acme/ledger/issues/0', issue],
		['another issue', 'https://github.com/acme/ledger/issues/8#issuecomment-9001', comment],
		['an issue whose labels were not to be set', 'https://github.com/acme/ledger/issues/8', labels],
		['a comment where an issue was approved', 'https://github.com/acme/ledger/issues/7#issuecomment-9001', issue],
		['a pull request where an issue was approved', 'https://github.com/acme/ledger/pull/7', issue],
		['labels in another repository', 'https://github.com/acme/payments-api/issues/7', labels],
	])('%s is written elsewhere', (_, url, judged) => {
		expect(said(JSON.stringify({ id: '9001', url }), undefined, judged).kind).toBe('elsewhere');
	});

	test.each<[string, string, Judged]>([
		['another comment id', 'https://github.com/acme/ledger/issues/7#issuecomment-9002', comment],
		['no comment id', 'https://github.com/acme/ledger/issues/7', comment],
		['a comment where labels were to be set', 'https://github.com/acme/ledger/issues/7#issuecomment-9001', labels],
		['a pull request where labels were to be set', 'https://github.com/acme/ledger/pull/7', labels],
	])('[no-false-verdict] %s proves nothing, but is remembered', (_, url, judged) => {
		expect(said(JSON.stringify({ id: '9001', url }), undefined, judged)).toMatchObject({
			kind: 'unknown',
			claimedUrl: url,
		});
	});

	test.each<[string, object]>([
		['an id that is a number', { id: 9001 }],
		['no id', {}],
		['more than that', { id: '9001', dry_run: true }],
	])('[no-false-verdict] an approved address with %s proves nothing, but is remembered', (_, more) => {
		const claimedUrl = 'https://github.com/acme/ledger/issues/7';
		for (const judged of [issue, labels]) {
			expect(said(JSON.stringify({ url: claimedUrl, ...more }), undefined, judged)).toMatchObject({
				kind: 'unknown',
				claimedUrl,
			});
		}
	});

	test('[secret-stays] an address that spells the credential is not remembered', () => {
		const secret = '123456789012345678';
		const url = `https://github.com/acme/ledger/issues/7#issuecomment-${secret}`;
		const outcome = (judged: Judged) => {
			const result = { content: [{ type: 'text', text: JSON.stringify({ id: '1', url }) }] };
			return outcomeOf({ ...exchangeWith({ answer: { jsonrpc: '2.0', id: 1, result } }), secret }, judged);
		};
		expect(outcome(issue)).toEqual({ kind: 'elsewhere', url: '' });
		expect(outcome(comment)).toEqual({ kind: 'unknown', why: expect.any(String) });
	});

	const url = 'https://github.com/acme/ledger/issues/7';
	test.each<[string, string]>([
		['no JSON', 'created'],
		['the text of a form', 'Ready to create an issue in acme/ledger. IMPORTANT: The issue has NOT been created yet.'],
		['202', 'job scheduled on GitHub side; try again later'],
		['a number as id', JSON.stringify({ id: 9001, url })],
		['no id', JSON.stringify({ url })],
		['no url', JSON.stringify({ id: '9001' })],
		['more than that', JSON.stringify({ id: '9001', url, dry_run: true })],
		['a list', JSON.stringify([{ id: '9001', url }])],
		['null', 'null'],
		['a script', JSON.stringify({ id: '9001', url: 'javascript:alert(1)' })],
		['a relative url', JSON.stringify({ id: '9001', url: '/acme/ledger/issues/7' })],
		['white space in the url', JSON.stringify({ id: '9001', url: 'https://github.com/acme/ledger/issues/7\n' })],
		['an endless url', JSON.stringify({ id: '9001', url: `https://github.com/${'x'.repeat(3000)}` })],
	])('%s is unknown', (_, text) => {
		expect(said(text, undefined).kind).toBe('unknown');
	});

	test.each<[string, JsonValue]>([
		[
			'two texts',
			{
				content: [
					{ type: 'text', text: JSON.stringify({ id: '1', url }) },
					{ type: 'text', text: '' },
				],
			},
		],
		['no content', { content: [] }],
		['an image', { content: [{ type: 'image', data: '', mimeType: 'image/png' }] }],
		['only structured content', { structuredContent: { id: '1', url } }],
		['isError as text', { isError: 'false', content: [{ type: 'text', text: JSON.stringify({ id: '1', url }) }] }],
		['a task', { resultType: 'task', content: [{ type: 'text', text: JSON.stringify({ id: '1', url }) }] }],
		['input required', { resultType: 'input_required', inputRequests: {} }],
		['null', null],
		['a list', []],
	])('%s is unknown', (_, result) => {
		expect(outcomeOf(exchangeWith({ answer: { jsonrpc: '2.0', id: 1, result } }), issue).kind).toBe('unknown');
	});
});

describe('a refusal', () => {
	const at = `failed to create issue: POST ${API}/repos/acme/ledger/issues: `;

	test.each<[string, string, string]>([
		[
			'422',
			`${at}422 Validation Failed [{Resource:Issue Field:type Code:invalid Message:}]`,
			'GitHub answered 422: Validation Failed [{Resource:Issue Field:type Code:invalid Message:}]',
		],
		['400', `${at}400 Problems parsing JSON []`, 'GitHub answered 400: Problems parsing JSON'],
		['401', `${at}401 Bad credentials []`, 'GitHub answered 401: Bad credentials'],
		[
			'403',
			`${at}403 Resource not accessible by personal access token []`,
			'GitHub answered 403: Resource not accessible by personal access token',
		],
		[
			'403 secondary rate limit',
			`${at}403 You have exceeded a secondary rate limit.`,
			'GitHub answered 403: You have exceeded a secondary rate limit.',
		],
		[
			'403 primary rate limit',
			`${at}403 API rate limit exceeded for user ID 1. [rate reset in 12m38s]`,
			'GitHub answered 403: API rate limit exceeded for user ID 1. [rate reset in 12m38s]',
		],
		['404', `${at}404 Not Found []`, 'GitHub answered 404: Not Found'],
		[
			'410',
			`${at}410 Issues has been disabled in this repository. []`,
			'GitHub answered 410: Issues has been disabled in this repository.',
		],
		['429', `${at}429 API rate limit exceeded []`, 'GitHub answered 429: API rate limit exceeded'],
		['no words', `${at}404  []`, 'GitHub answered 404.'],
		['a missing argument', 'missing required parameter: title', 'missing required parameter: title'],
		[
			'a wrong type',
			'parameter title is not of type string, is <nil>',
			'parameter title is not of type string, is <nil>',
		],
		[
			'a renamed repository',
			`failed to create issue: POST ${API}/repositories/42/issues: 403 Forbidden []`,
			'GitHub answered 403: Forbidden',
		],
	])('%s is definite', (_, text, reason) => {
		expect(failed(text)).toEqual({ kind: 'rejected', reason });
	});

	test('a comment has its own prefix and address', () => {
		const path = `${API}/repos/acme/ledger/issues/7/comments`;
		expect(failed(`failed to create comment: POST ${path}: 404 Not Found []`, comment).kind).toBe('rejected');
		expect(failed(`failed to create issue: POST ${path}: 404 Not Found []`, comment).kind).toBe('unknown');
		expect(failed(`failed to create comment: POST ${path}: 404 Not Found []`).kind).toBe('unknown');
	});

	test('setting labels has its own prefix, verb and address', () => {
		const path = `${API}/repos/acme/ledger/issues/7`;
		const said404 = '404 Not Found []';
		expect(failed(`failed to update issue: PATCH ${path}: ${said404}`, labels)).toEqual({
			kind: 'rejected',
			reason: 'GitHub answered 404: Not Found',
		});
		const renamed = `${API}/repositories/42/issues/7`;
		expect(failed(`failed to update issue: PATCH ${renamed}: 403 Forbidden []`, labels).kind).toBe('rejected');
		for (const text of [
			`failed to update issue: POST ${path}: ${said404}`,
			`failed to create issue: PATCH ${path}: ${said404}`,
			`failed to update issue: PATCH ${path}0: ${said404}`,
			`failed to update issue: PATCH ${path}/labels: ${said404}`,
			`failed to update issue: PATCH ${API}/repos/acme/other/issues/7: ${said404}`,
			`failed to update issue: PATCH ${path}: 502  []`,
			`failed to update issue: Patch "${path}": EOF`,
			'failed to update issue: unexpected status 201: ',
			'Failed to close issue: 404 Not Found',
		]) {
			expect(failed(text, labels).kind, text).toBe('unknown');
		}
		expect(failed(`failed to update issue: PATCH ${path}: ${said404}`).kind).toBe('unknown');
	});

	test.each<[string, string]>([
		['502', `${at}502  []`],
		['500 that quotes a 422', `${at}500 : 422 Validation Failed []`],
		['409', `${at}409 Conflict []`],
		['408', `${at}408 Request Timeout []`],
		['301', `${at}301 Moved Permanently []`],
		['the network', `failed to create issue: Post "${API}/repos/acme/ledger/issues": EOF`],
		[
			'the network, quoting a refusal',
			`failed to create issue: Post "${API}/repos/acme/ledger/issues": x: POST ${API}/repos/acme/ledger/issues: 422 x`,
		],
		['another repository', `failed to create issue: POST ${API}/repos/acme/other/issues: 404 Not Found []`],
		['another address', `failed to create issue: POST ${API}/user/issues: 404 Not Found []`],
		['another verb', `failed to create issue: GET ${API}/repos/acme/ledger/issues: 404 Not Found []`],
		['words before it', `oh: ${at}422 Validation Failed []`],
		['a line before it', `\n${at}422 Validation Failed []`],
		['a title that looks like one', `job "failed to create issue: POST ${API}: 422 x" scheduled`],
		['an argument missing, with more', 'missing required parameter: title\nbut it was written'],
		['success in words', 'created'],
		['nothing', ''],
	])('%s is unknown', (_, text) => {
		expect(failed(text).kind).toBe('unknown');
	});

	test('a reason carries no host, no address, no token and none of the arguments, not even in part', () => {
		const outcome = failed(
			`${at}422 Rounding differs is taken by acme/ledger, see https://docs.corp.example/x or ghe.corp.example:8443 ` +
				`(10.1.2.3:443, [fd00::1:2:3:4]:443, localhost:8082, sidecar:8082, lookup ghe) with the secret-project-na ` +
				`token ghp_0123456789abcdef0123456789abcdef0123 github_pat_ABC_def karc_pat_abc Bearer zzz \u202e\u0007`,
		);
		if (outcome.kind !== 'rejected') throw new Error(outcome.kind);
		for (const leak of [
			'corp',
			'10.1.2.3',
			'fd00',
			'localhost',
			'sidecar',
			'lookup ghe',
			'ghp_',
			'github_pat',
			'karc_pat',
			'zzz',
			'acme',
			'ledger',
			'Rounding',
			'secret-project',
			'\u202e',
			'\u0007',
		]) {
			expect(outcome.reason).not.toContain(leak);
		}
		expect(outcome.reason).toContain('GitHub answered 422');
	});

	test('a reason has at most 500 code points', () => {
		const outcome = failed(`${at}422 ${'😀 '.repeat(2000)}`);
		expect(outcome.kind === 'rejected' && [...outcome.reason].length).toBe(500);
	});

	test('an argument made to be costly is stripped in bounded time', () => {
		const body = 'ab'.repeat(32_000);
		const began = performance.now();
		const result: JsonObject = { isError: true, content: [{ type: 'text', text: `${at}422 ${'ab'.repeat(5000)}` }] };
		const outcome = outcomeOf(exchangeWith({ answer: { jsonrpc: '2.0', id: 1, result } }), {
			...issue,
			values: [body],
		});
		expect(outcome.kind).toBe('rejected');
		expect(JSON.stringify(outcome)).not.toContain('abab');
		expect(performance.now() - began).toBeLessThan(1000);
	});
});

describe('no answer', () => {
	test('without a connection nothing was sent; with one, it may have been', () => {
		expect(outcomeOf(exchangeWith({ connected: false, problem: 'dropped' }), issue).kind).toBe('not_sent');
		expect(outcomeOf(exchangeWith({ connected: true, problem: 'dropped' }), issue).kind).toBe('unknown');
		expect(outcomeOf(exchangeWith({ connected: true }), issue).kind).toBe('unknown');
	});
});
