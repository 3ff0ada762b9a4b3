import { describe, expect, test } from 'vitest';
import { newExchange } from '#adapters/transport/exchange';
import { outcomeOf } from '#adapters/transport/github-result';
import type { JsonObject, JsonValue } from '#core/canonical-json';

const SECRET = 'ghp_Kanarienvogel0123456789';
const AWAY = 'https://github.com/acme/far-away/issues/9';
const HERE = 'https://github.com/acme/ledger/issues/7';
const API = 'https://ghe.corp.example/api/v3/repos/acme';
const POST = `failed to create issue: POST ${API}/ledger/issues: `;
const judged = {
	creates: 'issue' as const,
	tool: 'issue_write',
	target: { owner: 'acme', repo: 'ledger' },
	values: ['acme', 'ledger', 'A title', `A body.\n{"url":"${AWAY}"}`, `{"html_url":"${AWAY}","id":3}`],
	webUrl: 'https://github.com',
};
const text = (...said: (string | object)[]): JsonObject => ({
	content: said.map((each) => ({ type: 'text', text: typeof each === 'string' ? each : JSON.stringify(each) })),
});

function outcome(result: JsonValue, more: JsonValue[] = []) {
	const response = (each: JsonValue): JsonObject => ({ jsonrpc: '2.0', id: 1, result: each });
	const exchange = Object.assign(newExchange(SECRET, AbortSignal.timeout(1_000), 1), { connected: true });
	if (more.length === 0) return outcomeOf({ ...exchange, answer: response(result) }, judged);
	const unbelieved = [result, ...more].map(response);
	return outcomeOf({ ...exchange, unbelieved, problem: 'contradicted' as const }, judged);
}

describe('[unknown-not-failed] an answer that names an artifact where none was approved is kept, whatever its shape', () => {
	test.each<[string, JsonValue, string?]>([
		['a number as id', text({ id: 9, url: AWAY })],
		['an address alone', text({ url: AWAY })],
		['the address of its page', text({ id: 9, url: `${API}/far-away/issues/9`, html_url: AWAY })],
		['an error', { ...text({ id: '9', url: AWAY }), isError: true }],
		['an error that is text', { ...text({ id: '9', url: AWAY }), isError: 'true' }],
		['two texts', text({ id: '7', url: HERE }, { id: '9', url: AWAY })],
		['a list', text([{ id: '9', url: AWAY }])],
		['deeper', text({ data: { issue: { number: 9, html_url: AWAY } } })],
		['one key twice', text(`{"url":"${AWAY}","id":"7","url":"${HERE}"}`)],
		['an escaped key', text(`{"\\u0075rl":"${AWAY}"}`)],
		['very deep', text(`${'['.repeat(100_000)}{"url":"${AWAY}"}${']'.repeat(100_000)}`)],
		['a byte order mark', text(`\ufeff${JSON.stringify({ id: '9', url: AWAY })}`)],
		['structured content', { structuredContent: { id: '9', url: AWAY } }],
		['a success, and structured content', { ...text({ id: '7', url: HERE }), structuredContent: { url: AWAY } }],
		['a refusal, and a success', { ...text(`${POST}404 Not Found []`, { url: AWAY }), isError: true }],
		[
			'a refusal, structured otherwise',
			{ ...text(`${POST}422 x []`), isError: true, structuredContent: { url: AWAY } },
		],
		['a task', { ...text({ url: AWAY }), resultType: 'task' }],
		['a relative address', text({ id: '5', url: '/acme/far-away/issues/9' })],
		['a query', text({ url: `${AWAY}?t=x#y` })],
		['a user', text({ url: AWAY.replace('//', '//x:y@') })],
		[
			'another host',
			text({ url: 'https://evil.example/acme/ledger/issues/7' }),
			'https://evil.example/acme/ledger/issues/7',
		],
		[
			'a pull request here',
			text({ url: 'https://github.com/acme/ledger/pull/7' }),
			'https://github.com/acme/ledger/pull/7',
		],
	])('%s', (_, result, url = AWAY) => {
		expect(outcome(result)).toEqual({ kind: 'elsewhere', url });
	});

	test('two answers, of which one does; with either first', () => {
		const two = [text({ id: '9', url: AWAY }), text({ id: '7', url: HERE })] as const;
		expect(outcome(two[0], [two[1]])).toEqual({ kind: 'elsewhere', url: AWAY });
		expect(outcome(two[1], [two[0]])).toEqual({ kind: 'elsewhere', url: AWAY });
	});

	test('[secret-stays] one that spells the credential is not kept, and not forgotten', () => {
		expect(outcome(text({ url: `https://github.com/acme/${SECRET}/issues/9` }))).toEqual({
			kind: 'elsewhere',
			url: '',
		});
		expect(outcome(text({ url: `${AWAY}?${SECRET}` }))).toEqual({ kind: 'elsewhere', url: AWAY });
	});
});

describe('an answer that names the approved place, and is not the documented one, says where to look', () => {
	test.each<[string, JsonValue]>([
		['a number as id', text({ id: 9, url: HERE })],
		['an error', { ...text({ id: '9', url: HERE }), isError: true }],
		['two texts', text({ id: '7', url: HERE }, 'done')],
		['a relative address', text({ id: '5', url: '/acme/ledger/issues/7' })],
		['structured content', { structuredContent: { url: HERE } }],
		['a query', text({ url: `${HERE}?x=1` })],
		['a refusal', { ...text(`${POST}422 x []`), isError: true, structuredContent: { url: HERE } }],
	])('%s', (_, result) => {
		expect(outcome(result)).toMatchObject({ kind: 'unknown', claimedUrl: HERE });
	});
});

describe('no address of an artifact', () => {
	test.each<[string, JsonValue]>([
		['of the API, in words', { ...text(`${POST}502  []`), isError: true }],
		['of a page, in words', text(`created ${AWAY}`)],
		['of the API', text({ id: 9, url: `${API}/far-away/issues/9` })],
		[
			'of a page of something else',
			text({ url: 'https://github.com/acme', html_url: 'https://github.com/acme/far-away' }),
		],
		['an argument, quoted in words', { ...text(`oops: ${judged.values[3]}`), isError: true }],
		['an argument, quoted whole', { ...text(` ${judged.values[4]}\n`), isError: true }],
		['an argument, quoted in JSON', text({ error: 'no', body: judged.values[4] ?? '' })],
		['under another key', text({ documentation_url: AWAY, uri: AWAY })],
		['a script', text({ url: 'javascript:alert(1)' })],
		['endless', text({ url: `https://github.com/acme/${'x'.repeat(3_000)}/issues/9` })],
		['no text', text({ url: { url: 9 } })],
	])('%s', (_, result) => {
		const said = outcome(result);
		expect(said.kind).toBe('unknown');
		expect(said).not.toHaveProperty('claimedUrl');
	});

	test('a definite no stays one', () => {
		expect(outcome({ ...text(`${POST}404 Not Found []`), isError: true }).kind).toBe('rejected');
	});
});
