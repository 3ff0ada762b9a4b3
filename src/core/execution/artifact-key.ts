const ADDRESS = /^(https?:\/\/[^/]+\/[^/]+\/[^/]+)\/(?:issues|pull)\/([0-9]+)(?:#issuecomment-([0-9]+))?$/;

/**
 * One text for whatever addresses lead to one issue or comment on GitHub: which does not tell letters' case apart, shows an
 * issue and a pull request under either word, and a comment under its own number alone. Of any other address, itself in
 * lower case.
 */
export function artifactKey(url: string): string {
	const lower = url.toLowerCase();
	const [, repository, number, comment] = ADDRESS.exec(lower) ?? [];
	if (repository === undefined) return lower;
	return comment === undefined ? `${repository}/${number}` : `${repository}#${comment}`;
}
