import { hasLabelTwice } from '#core/proposal/label-set';
import type { Target } from '#core/registry/types';
import { err, ok } from '#core/result';
import type { ReadResult } from '#gateway/ports/upstream';
import type { ReadTool } from './github-reads.ts';
import { isObject } from './github-result.ts';
import { holdsSecret } from './secret-forms.ts';
import { unfold } from './unfold.ts';

/** GitHub allows 50 characters; what is longer is no label. */
const LONGEST = 200;

/**
 * The labels of an issue as they are spelt there: all of them or an error, since a write that replaces the set would
 * take off what was not seen. v1.0.4 gives the first hundred and how many there are. The names are other people's, and
 * they are shown and hashed: no credential, nothing that has no bytes in UTF-8, no name twice. A pull request has no
 * labels here: GitHub's answer is that there is no such issue.
 */
export async function labelsOf(
	read: ReadTool,
	{ owner, repo, number = 0 }: Target,
	secret: string,
): Promise<ReadResult<readonly string[]>> {
	const answer = await read('issue_read', { method: 'get_labels', owner, repo, issue_number: number });
	if (!answer.ok) return err({ kind: answer.error.kind, why: answer.error.why });
	const { labels, totalCount } = isObject(answer.value) ? answer.value : {};
	if (!Array.isArray(labels) || typeof totalCount !== 'number') return unreadable(NOT_LABELS);
	if (totalCount !== labels.length) return unreadable('The issue has more labels than can be read at once.');
	const names: string[] = [];
	for (const label of labels) {
		const name = isObject(label) ? label.name : undefined;
		if (typeof name !== 'string' || name === '' || name.length > LONGEST || !name.isWellFormed()) {
			return unreadable(NOT_LABELS);
		}
		names.push(name);
	}
	// Together: a secret could be served in pieces.
	const isSecret = holdsSecret(unfold(names.join('')).text, secret);
	return isSecret || hasLabelTwice(names) ? unreadable(NOT_LABELS) : ok(names);
}

const NOT_LABELS = 'The answer was not the labels of an issue.';

function unreadable(why: string): ReadResult<never> {
	return err({ kind: 'unreadable', why });
}
