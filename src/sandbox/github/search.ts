import { refuse } from './access.ts';
import type { Issue, Repository, Token } from './model.ts';
import type { SandboxState } from './state.ts';

export type Found = { repository: Repository; issue: Issue };

type Query = { terms: string[]; filters: [name: string, value: string][] };

/** Splits `repo:a/b is:issue "two words" in:body`. A quoted part is one term; a colon inside quotes is no filter. */
function parse(text: string): Query {
	const query: Query = { terms: [], filters: [] };
	for (const [part] of text.matchAll(/(?:[a-z-]+:)?"[^"]*"|\S+/gi)) {
		const filter = /^([a-z-]+):(.+)$/i.exec(part);
		if (filter && !part.startsWith('"'))
			query.filters.push([filter[1]?.toLowerCase() ?? '', (filter[2] ?? '').replace(/^"|"$/g, '')]);
		else query.terms.push(part.replace(/^"|"$/g, '').toLowerCase());
	}
	return query;
}

function keeps([name, value]: [string, string], { repository, issue }: Found): boolean {
	const same = (text: string) => text.toLowerCase() === value.toLowerCase();
	switch (name) {
		case 'repo':
			return same(`${repository.owner}/${repository.name}`);
		case 'org':
		case 'user':
			return same(repository.owner);
		case 'is':
		case 'type':
		case 'state':
			return same('issue') || same(issue.state);
		case 'author':
			return same(issue.author);
		case 'label':
			return issue.labels.some(same);
		case 'in':
			return true;
		default:
			return false;
	}
}

/**
 * Issues that hold every term, newest first; only repositories that `token` may read. What is younger than `searchLagMs` is
 * not in the index yet.
 */
export function searchIssues(state: SandboxState, token: Token, text: string): Found[] {
	const { terms, filters } = parse(text);
	const wanted = filters.filter(([name]) => name === 'in').flatMap(([, value]) => value.split(','));
	const places = wanted.length > 0 ? wanted : ['title', 'body', 'comments'];
	const indexed = (at: string) => state.now().getTime() - Date.parse(at) >= state.searchLagMs;

	const matches = ({ repository, issue }: Found): boolean => {
		if (!indexed(issue.createdAt)) return false;
		if (!filters.every((filter) => keeps(filter, { repository, issue }))) return false;
		const texts = [
			places.includes('title') ? issue.title : '',
			places.includes('body') ? issue.body : '',
			...(places.includes('comments')
				? issue.comments.filter((each) => indexed(each.createdAt)).map((each) => each.body)
				: []),
		].map((each) => each.toLowerCase());
		return terms.every((term) => texts.some((each) => each.includes(term)));
	};
	return state
		.repositories()
		.filter((repository) => repository.movedTo === null && !refuse(token, repository, 'read'))
		.flatMap((repository) => repository.issues.map((issue) => ({ repository, issue })))
		.filter(matches)
		.sort((a, b) => b.issue.createdAt.localeCompare(a.issue.createdAt) || b.issue.id - a.issue.id);
}
