import { describe, expect, it } from 'vitest';
import { fixOf } from '#ui/gateway/refusal-words.ts';

const fix = (detail: string) => fixOf({ code: 'upstream_rejected', detail }, 'acme/nope');

describe('what to do when GitHub said no', () => {
	it.each([
		['GitHub answered 404: Not Found', /^Does acme\/nope exist, and may the token see it\?/],
		['GitHub answered 422: Validation Failed', /^Change the text/],
		['GitHub answered 410: Issues has been disabled in this repository.', /Issues are switched off in acme\/nope/],
		['GitHub answered 403: You have exceeded a secondary rate limit.', /Wait/],
		['GitHub answered 429.', /Wait/],
		['GitHub answered 403: Resource not accessible by personal access token', /what the token may do/],
	])('after “%s”', (detail, words) => {
		expect(fix(detail).words).toMatch(words);
	});

	it.each(['The MCP server does not accept the credential (HTTP 401).', 'GitHub answered 401: Bad credentials'])(
		'a token that is not accepted is replaced where the link leads: %s',
		(detail) => {
			expect(fix(detail)).toMatchObject({
				words: expect.stringContaining('Replace the token'),
				path: 'settings/integrations',
			});
		},
	);

	it('a number that is no status of the answer decides nothing', () => {
		expect(fix('The MCP server refused the request (HTTP 400): see issue 404').words).toBe(
			'Check what the token may do, then preview again.',
		);
	});
});
