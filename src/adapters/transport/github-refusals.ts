import type { Target } from '#core/registry/types';
import type { Expected } from './artifact-url.ts';
import { atMost500, redact } from './redact.ts';

/**
 * Statuses of GitHub's REST API after which a write has certainly not happened. A secondary rate limit comes as 403 or
 * 429. Not here, so unknown: 5xx, 3xx, 202 (accepted, may still happen), 408, 409.
 */
const DEFINITE = new Set([400, 401, 403, 404, 410, 422, 429]);

/** What v1.0.4 says before it has sent anything to GitHub, word for word. */
const UNSENT = [
	/^missing required parameter: [a-z_]+$/,
	/^parameter [a-z_]+ is not of type [a-z0-9]+, is [^\n]{1,40}$/,
	/^parameter [a-z_]+ is not a valid number: [^\n]{1,80}$/,
	/^invalid method, must be either 'create' or 'update'$/,
];

/**
 * The reason of a definite rejection in the text of an `isError` result, or null when the text is anything else.
 *
 * The text mixes the server's words with GitHub's, and GitHub's can quote what the caller wrote: a title such as
 * `: 422 x` must not decide. So it is read from its first character: this tool's own prefix, the verb, the URL of the
 * approved target, then the status; what follows only explains. A network failure reads `Post "…": EOF` and never fits.
 */
export function definiteRejection(
	text: string,
	expected: Expected,
	values: readonly string[],
	secret: string,
): string | null {
	if (UNSENT.some((sentence) => sentence.test(text))) {
		return redact(text, values, secret) || 'The MCP server refused an argument. GitHub was not asked.';
	}
	const prefix =
		expected.creates === 'labels' ? 'failed to update issue: PATCH ' : `failed to create ${expected.creates}: POST `;
	if (!text.startsWith(prefix)) return null;
	const match = /^(\S+): (\d{3}) ([\s\S]*)$/.exec(text.slice(prefix.length));
	if (match === null) return null;
	const [, url = '', status = '', said = ''] = match;
	if (!DEFINITE.has(Number(status)) || !isWriteUrl(url, expected)) return null;
	const words = redact(said.replace(/\s{0,9}\[\]\s{0,9}$/, ''), values, secret);
	return words === '' ? `GitHub answered ${status}.` : atMost500(`GitHub answered ${status}: ${words}`);
}

/** The approved target's REST address, also as a renamed repository answers (`/repositories/<id>/…`). */
function isWriteUrl(url: string, { creates, target }: Expected): boolean {
	const path = URL.parse(url)?.pathname.toLowerCase();
	if (path === undefined) return false;
	const suffix = {
		issue: '/issues',
		comment: `/issues/${target.number}/comments`,
		labels: `/issues/${target.number}`,
	}[creates];
	return path.endsWith(repositoryPath(target) + suffix) || new RegExp(`/repositories/\\d+${suffix}$`).test(path);
}

function repositoryPath({ owner, repo }: Target): string {
	return `/repos/${owner}/${repo}`.toLowerCase();
}
