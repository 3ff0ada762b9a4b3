import type { JsonObject } from '#core/canonical-json';
import type { Item, Reference } from './reference.ts';

const OWNER = 'acme';

/** What may be approved, and what its approval is known by. */
export interface Bytes {
	readonly request: { provider: string; tool: string; args: JsonObject };
	readonly target: { owner: string; repo: string; number?: number };
	argsSha: string;
	beforeSha: string | undefined;
}

/** Four issues, three comments on the person's issue, three sets of labels on it. */
export function bytesFor(repo: string): Bytes[] {
	const place = { owner: OWNER, repo };
	const made = (tool: string, args: JsonObject, number?: number): Bytes => ({
		request: { provider: 'github', tool, args: { ...args, ...place } },
		target: { ...place, ...(number === undefined ? {} : { number }) },
		argsSha: '',
		beforeSha: undefined,
	});
	return [
		made('issue_write', { method: 'create', title: 'First', body: 'One.' }),
		made('issue_write', { method: 'create', title: 'Second', body: 'Two.' }),
		made('issue_write', { method: 'create', title: 'Third', body: 'Two.' }),
		made('issue_write', { method: 'create', title: 'Fourth' }),
		made('add_issue_comment', { issue_number: 1, body: 'One.' }, 1),
		made('add_issue_comment', { issue_number: 1, body: 'Two.' }, 1),
		made('add_issue_comment', { issue_number: 1, body: 'Three.' }, 1),
		made('issue_write', { method: 'update', issue_number: 1, labels: ['bug'] }, 1),
		made('issue_write', { method: 'update', issue_number: 1, labels: ['bug', 'security'] }, 1),
		made('issue_write', { method: 'update', issue_number: 1, labels: ['Security', 'wide'] }, 1),
	];
}

export function freshReference(bytes: readonly Bytes[]): Reference {
	return {
		gateway: true,
		dispatch: true,
		narrowed: false,
		present: '',
		items: bytes.map(
			({ request }): Item => ({
				creates:
					request.tool === 'add_issue_comment' ? 'comment' : request.args.method === 'update' ? 'labels' : 'issue',
				set: Array.isArray(request.args.labels) ? request.args.labels.map(String) : [],
				before: '',
				state: 'none',
				wrote: 0,
				rows: 0,
				passed: 0,
				couldRead: true,
				elsewhere: false,
			}),
		),
	};
}
