import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '#core/canonical-json';
import { guardWrite } from '#core/guardrails/guard-write';
import { refusals } from '#core/refusals';
import { github } from '#core/registry/github';

const issue = (more: JsonObject = {}): JsonObject => ({
	method: 'create',
	owner: 'acme',
	repo: 'payments-api',
	title: 'Retry on 503',
	...more,
});
const comment = (more: JsonObject = {}): JsonObject => ({
	owner: 'acme',
	repo: 'payments-api',
	issue_number: 7,
	body: 'Seen again.',
	...more,
});
const labelling = (more: JsonObject = {}): JsonObject => ({
	method: 'update',
	owner: 'acme',
	repo: 'payments-api',
	issue_number: 7,
	labels: ['bug'],
	...more,
});
const without = (args: JsonObject, key: string): JsonObject =>
	Object.fromEntries(Object.entries(args).filter(([name]) => name !== key));

const guard = (tool: string, args: JsonValue, provider = 'github') => guardWrite({ provider, tool, args });
const guardIssue = (more: JsonObject) => guard('issue_write', issue(more));
const guardLabels = (more: JsonObject) => guard('issue_write', labelling(more));
const guardComment = (more: JsonObject) => guard('add_issue_comment', comment(more));

function refusal(result: ReturnType<typeof guard>) {
	if (result.ok) throw new Error('was allowed');
	return { ...result.error, paths: result.error.errors?.map((error) => error.path) };
}

describe('what is allowed', () => {
	test('opening an issue, with and without a body, names its target in words', () => {
		const result = guardIssue({ body: 'Steps:\n1. …\r\n\tdone' });
		expect(guardIssue({})).toEqual(result);
		if (!result.ok) throw new Error(result.error.detail);
		expect(result.value.summary(issue())).toBe('Open a new issue in acme/payments-api');
		expect(result.value.target(issue())).toEqual({ owner: 'acme', repo: 'payments-api' });
		expect(result.value.creates).toBe('issue');
	});

	test('a comment names its issue', () => {
		const result = guardComment({});
		if (!result.ok) throw new Error(result.error.detail);
		expect(result.value.summary(comment())).toBe('Comment on acme/payments-api#7');
		expect(result.value.target(comment())).toEqual({ owner: 'acme', repo: 'payments-api', number: 7 });
		expect(result.value.creates).toBe('comment');
	});

	test('labels name their issue, carry no text, and are sent as they are', () => {
		const result = guardLabels({});
		if (!result.ok) throw new Error(result.error.detail);
		expect(result.value.summary(labelling())).toBe('Set the labels of acme/payments-api#7');
		expect(result.value.target(labelling())).toEqual({ owner: 'acme', repo: 'payments-api', number: 7 });
		expect(result.value).toMatchObject({ creates: 'labels', bodyField: null, method: 'update' });
	});

	test.each<[string, string[]]>([
		['what GitHub allows in a name', ['good first issue', 'a,b', 'P1 / urgent: “now”', ':bug:', '🐛 bug', 'C++', 'ß']],
		['emoji that are joined or varied', ['👩\u200d💻 pairing', '❤\ufe0f', '1\ufe0f\u20e3', '👍🏽']],
		['a flag of tags', ['🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}']],
		[
			'names in other scripts, with what their spelling needs',
			['می\u200cخواهم', 'क्\u200dष', 'ошибка', '不具合', 'באג'],
		],
		['a mark of the reading order, which is held as a warning', ['bug\u200f']],
		['50 characters', ['x'.repeat(50)]],
		['50 characters of two units each', ['😀'.repeat(50)]],
		['100 labels', Array.from({ length: 100 }, (_, n) => `l${n}`)],
	])('labels: %s', (_, labels) => {
		expect(guardLabels({ labels })).toMatchObject({ ok: true });
	});

	test('the args are only looked at: frozen ones pass, and a default is never filled in', () => {
		expect(guard('issue_write', Object.freeze(issue())).ok).toBe(true);
	});
});

describe('403 tool_not_allowed', () => {
	const critical = Object.entries(github.tools).flatMap(([tool, rule]): [string, string | undefined][] =>
		'class' in rule
			? rule.class === 'compliance-critical'
				? [[tool, undefined]]
				: []
			: Object.entries(rule.methods).flatMap(([method, toolClass]) =>
					toolClass === 'compliance-critical' ? [[tool, method]] : [],
				),
	);

	test.each(critical)('%s %s belongs on the attested path', (tool, method) => {
		const { code, detail } = refusal(guard(tool, method === undefined ? {} : issue({ method })));
		expect(code).toBe('tool_not_allowed');
		expect(detail).toContain(tool);
		expect(detail).toContain('compliance-critical');
		expect(detail).toContain('attested CI path');
	});

	test.each(['search_issues', 'get_me', 'list_issues'])('%s only reads', (tool) => {
		expect(refusal(guard(tool, {}))).toMatchObject({ code: 'tool_not_allowed' });
		expect(refusal(guard(tool, {})).detail).toContain('only reads');
	});

	test('a tool with methods says which there are', () => {
		expect(refusal(guard('issue_write', without(issue(), 'method')))).toMatchObject({
			code: 'tool_not_allowed',
			detail: 'issue_write needs method to be one of: create, update.',
		});
	});

	test.each(['create_issue', '__proto__', 'constructor', 'toString', '', '<b>x</b>'])(
		'the unlisted tool %j is refused and never repeated',
		(tool) => {
			const { code, detail } = refusal(guard(tool, issue()));
			expect(code).toBe('tool_not_allowed');
			if (tool !== '') expect(detail).not.toContain(tool);
		},
	);

	test('an unknown provider is refused', () => {
		expect(refusal(guard('issue_write', issue(), '__proto__')).code).toBe('tool_not_allowed');
	});

	test('the tool is judged before its arguments', () => {
		expect(refusal(guard('label_write', { method: 'update', nonsense: true })).code).toBe('tool_not_allowed');
		expect(refusals.tool_not_allowed.status).toBe(403);
	});
});

describe('422 invalid_args', () => {
	test.each<[string, JsonObject, string]>([
		['owner climbs', { owner: '..' }, 'args.owner'],
		['owner with a slash', { owner: 'a/b' }, 'args.owner'],
		['owner begins with a hyphen', { owner: '-a' }, 'args.owner'],
		['owner of 40', { owner: 'a'.repeat(40) }, 'args.owner'],
		['owner with a line end', { owner: 'acme\n' }, 'args.owner'],
		['owner in other letters', { owner: 'аcme' }, 'args.owner'],
		['owner null', { owner: null }, 'args.owner'],
		['owner a list', { owner: ['acme'] }, 'args.owner'],
		['repo dot', { repo: '.' }, 'args.repo'],
		['repo dots', { repo: '..' }, 'args.repo'],
		['repo that goes on', { repo: 'r/issues/7/comments?x=' }, 'args.repo'],
		['repo escaped', { repo: 'r%2f..' }, 'args.repo'],
		['repo of 101', { repo: 'r'.repeat(101) }, 'args.repo'],
		['repo empty', { repo: '' }, 'args.repo'],
		['title empty', { title: '' }, 'args.title'],
		['title of spaces', { title: ' \u3000 ' }, 'args.title'],
		['title of 257', { title: 'x'.repeat(257) }, 'args.title'],
		['title of 129 emoji, 258 units', { title: '😀'.repeat(129) }, 'args.title'],
		['title of two lines', { title: 'a\nb' }, 'args.title'],
		['title with a separator', { title: 'a\u2028b' }, 'args.title'],
		['title with an escape', { title: 'a\u001b[2Jb' }, 'args.title'],
		['title a number', { title: 7 }, 'args.title'],
		['title null', { title: null }, 'args.title'],
		['body null', { body: null }, 'args.body'],
		['body an object', { body: {} }, 'args.body'],
		['body too long', { body: 'x'.repeat(64_001) }, 'args.body'],
		['body too long in astral characters', { body: '😀'.repeat(64_001) }, 'args.body'],
		['body with U+0000', { body: 'a\u0000b' }, 'args.body'],
		['labels, which the server would set', { labels: ['bug'] }, 'args.labels'],
		['assignees', { assignees: ['octo'] }, 'args.assignees'],
		['an argument of the update', { issue_number: 1 }, 'args.issue_number'],
		['an argument that the server would ignore', { dry_run: true }, 'args.dry_run'],
		['an argument whose name is text', { 'x y <b>': 1 }, 'args'],
	])('an issue with %s', (_, more, path) => {
		expect(refusal(guardIssue(more))).toMatchObject({ code: 'invalid_args', paths: [path] });
	});

	test.each<[string, JsonValue, string]>([
		['no list', 'bug', 'args.labels'],
		['null', null, 'args.labels'],
		['101 of them', Array.from({ length: 101 }, (_, n) => `l${n}`), 'args.labels'],
		['one that is a number', ['bug', 7], 'args.labels.1'],
		['one that is null', [null], 'args.labels.0'],
		['one that is a label of the API', [{ name: 'bug' }], 'args.labels.0'],
		['an empty name', ['bug', ''], 'args.labels.1'],
		['a blank name', ['\u00a0'], 'args.labels.0'],
		['51 characters', ['x'.repeat(51)], 'args.labels.0'],
		['51 emoji', ['😀'.repeat(51)], 'args.labels.0'],
		['a line end', ['bug\nsecurity'], 'args.labels.0'],
		['a line separator', ['bug\u2028x'], 'args.labels.0'],
		['a control character', ['bug\u0007'], 'args.labels.0'],
		['U+0000', ['bug\u0000'], 'args.labels.0'],
		['a space of no width', ['b\u200bug'], 'args.labels.0'],
		['a joiner that nothing needs', ['bug\u200d'], 'args.labels.0'],
		['a soft hyphen', ['b\u00adug'], 'args.labels.0'],
		['a tag', ['bug\u{e0041}'], 'args.labels.0'],
		['a second selector behind an emoji', ['❤\ufe0f\ufe0f'], 'args.labels.0'],
		['private use', ['bug\ue000'], 'args.labels.0'],
		['the same name twice', ['bug', 'triage', 'bug'], 'args.labels.2'],
		['the same name in other letters', ['Bug', 'bUG'], 'args.labels.1'],
		['the same name in other letters that are not ASCII', ['Ärger', 'äRGER'], 'args.labels.1'],
	])('labels with %s', (_, labels, path) => {
		expect(refusal(guardLabels({ labels }))).toMatchObject({ code: 'invalid_args', paths: [path] });
	});

	test('no labels at all: the sentence says why they cannot all be removed', () => {
		const { code, detail, errors } = refusal(guardLabels({ labels: [] }));
		expect([code, errors?.[0]?.path]).toEqual(['invalid_args', 'args.labels']);
		expect(detail).toContain('this MCP server ignores an empty set, so labels cannot all be removed here');
	});

	test.each<[string, JsonValue]>([
		['title', 'x'],
		['body', 'x'],
		['state', 'closed'],
		['state_reason', 'completed'],
		['assignees', ['octo']],
		['milestone', 1],
		['type', 'Bug'],
		['duplicate_of', 3],
	])('labels come alone: %s beside them is named', (key, value) => {
		expect(refusal(guardLabels({ [key]: value }))).toMatchObject({ code: 'invalid_args', paths: [`args.${key}`] });
	});

	test.each(['owner', 'repo', 'issue_number', 'labels'])('labels without %s', (key) => {
		expect(refusal(guard('issue_write', without(labelling(), key))).paths).toEqual([`args.${key}`]);
	});

	test('labels of no issue', () => {
		for (const issue_number of [0, -1, 1.5, '7', null]) {
			expect(refusal(guardLabels({ issue_number })).paths).toEqual(['args.issue_number']);
		}
	});

	test.each<[string, JsonValue]>([
		['zero', 0],
		['negative', -1],
		['not whole', 1.5],
		['beyond 2^31 − 1', 2_147_483_648],
		['text', '7'],
		['null', null],
		['true', true],
	])('a comment whose issue_number is %s', (_, value) => {
		expect(refusal(guardComment({ issue_number: value }))).toMatchObject({
			code: 'invalid_args',
			paths: ['args.issue_number'],
		});
	});

	test.each<[string, JsonObject]>([
		['empty', { body: '' }],
		['only white space', { body: ' \n\t ' }],
	])('a comment whose body is %s', (_, more) => {
		expect(refusal(guardComment(more))).toMatchObject({ code: 'invalid_args', paths: ['args.body'] });
	});

	test('a comment has no method and no title', () => {
		expect(refusal(guardComment({ method: 'create', title: 'x' })).paths).toEqual(['args.method', 'args.title']);
	});

	test.each(['owner', 'repo', 'title'])('an issue without %s', (key) => {
		const { paths, errors } = refusal(guard('issue_write', without(issue(), key)));
		expect(paths).toEqual([`args.${key}`]);
		expect(errors?.[0]?.message).toBe('is needed');
	});

	test.each(['owner', 'repo', 'issue_number', 'body'])('a comment without %s', (key) => {
		expect(refusal(guard('add_issue_comment', without(comment(), key))).paths).toEqual([`args.${key}`]);
	});

	test('keys that live on every prototype are unknown arguments', () => {
		for (const key of ['__proto__', 'constructor', 'toString']) {
			const args = JSON.parse(`{"${key}":{},${JSON.stringify(issue()).slice(1)}`) as JsonValue;
			expect(refusal(guard('issue_write', args)).code).toBe('invalid_args');
		}
	});

	test.each<JsonValue>([null, 'x', 7, [], [comment()]])('a comment whose args are %j', (args) => {
		expect(refusal(guard('add_issue_comment', args))).toMatchObject({ code: 'invalid_args', paths: ['args'] });
	});

	test('null says what to do, and every wrong field is named at once', () => {
		const { errors } = refusal(guardIssue({ title: null, repo: '..', owner: 5 }));
		expect(errors).toEqual([
			{ path: 'args.owner', message: 'must be text' },
			{ path: 'args.repo', message: 'must be a name, not a dot' },
			{ path: 'args.title', message: 'null is not a value here: leave it out, or give one' },
		]);
	});

	test('25,000 unknown arguments are answered with 20 errors and their number', () => {
		const many = Object.fromEntries(Array.from({ length: 25_000 }, (_, n) => [`k${n}`, 1]));
		const { errors, detail } = refusal(guardIssue(many));
		expect(errors).toHaveLength(20);
		expect(errors?.[0]).toEqual({ path: 'args.k0', message: 'must be left out: this write takes no such argument' });
		expect(detail).toContain('(and 24999 more)');
	});

	test('the limits themselves pass', () => {
		for (const more of [
			{ owner: 'a'.repeat(39) },
			{ owner: 'a' },
			{ repo: '...' },
			{ repo: 'r'.repeat(100) },
			{ title: 'x'.repeat(256) },
			{ title: '😀'.repeat(128) },
			{ body: '' },
			{ body: 'x'.repeat(64_000) },
			{ body: '😀'.repeat(64_000) },
		]) {
			expect(guardIssue(more).ok).toBe(true);
		}
		for (const issue_number of [1, 2_147_483_647, 1e3]) expect(guardComment({ issue_number }).ok).toBe(true);
	});
});

describe('422 for text that only the portal may write', () => {
	test('the marker in any field is reserved_marker', () => {
		for (const more of [{ body: 'x sarc-mcp:0123' }, { title: 'SARC-MCP:0' }]) {
			const { code, paths } = refusal(guardIssue(more));
			expect(code).toBe('reserved_marker');
			expect(paths).toEqual([`args.${Object.keys(more)[0]}`]);
		}
	});

	test('the marker in a label, and as a label would be read, is reserved_marker', () => {
		for (const name of ['sarc-mcp:0123', 'via SARC MCP Gateway', 'ｓarc-mcp:1']) {
			const { code, paths } = refusal(guardLabels({ labels: ['bug', name] }));
			expect([code, paths]).toEqual(['reserved_marker', ['args.labels.1']]);
		}
	});

	test('a body that would swallow the footer is footer_hidden', () => {
		for (const body of ['see <!-- this', '```\nlog', '<details>more']) {
			expect(refusal(guardIssue({ body }))).toMatchObject({ code: 'footer_hidden', paths: ['args.body'] });
			expect(refusal(guardComment({ body }))).toMatchObject({ code: 'footer_hidden', paths: ['args.body'] });
		}
	});

	test('where something opens and what to do about it is said in sentences', () => {
		expect(refusal(guardIssue({ body: 'see <!-- this' })).errors).toEqual([
			{
				path: 'args.body',
				message:
					'At character 5: A comment opens here and never closes; it would hide the approver’s footer. Close it with -->.',
			},
		]);
	});

	test('the order is schema, marker, footer', () => {
		expect(refusal(guardIssue({ body: 'sarc-mcp:1 <!-- ', labels: [] })).code).toBe('invalid_args');
		expect(refusal(guardIssue({ body: 'sarc-mcp:1 <!-- ' })).code).toBe('reserved_marker');
	});
});
