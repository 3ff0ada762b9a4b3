import type { Data, Issue, Label, Repository } from './model.ts';

const labels = (first: number): Label[] =>
	[
		['bug', 'd73a4a', "Something isn't working"],
		['enhancement', 'a2eeef', 'New feature or request'],
		['documentation', '0075ca', 'Improvements or additions to documentation'],
		['question', 'd876e3', 'Further information is requested'],
		['security', 'b60205', 'Touches credentials, money or personal data'],
		['triage', 'fbca04', 'Not looked at yet'],
	].map(([name = '', color = '', description = ''], at) => ({ id: first + at, name, color, description }));

type Sown = Pick<Issue, 'title' | 'body' | 'author' | 'labels' | 'createdAt'> & {
	closed?: string;
	comments?: readonly { author: string; body: string; at: string }[];
};

const sown: Record<string, { description: string; issues: Sown[] }> = {
	'acme/payments-api': {
		description: 'Takes card and bank payments for the shop',
		issues: [
			{
				title: 'Refund of a partly captured payment answers 500',
				body: 'Steps:\n\n1. Authorise 100.00 EUR\n2. Capture 40.00 EUR\n3. Refund 40.00 EUR\n\nExpected 201, got 500 with `amount exceeds capture`.',
				author: 'cmarsh',
				labels: ['bug'],
				createdAt: '2026-09-14T09:12:40Z',
				comments: [{ author: 'bochoa', body: 'Seen twice this week, both in EUR.', at: '2026-09-14T11:02:05Z' }],
			},
			{
				title: 'Document the webhook retry schedule',
				body: 'Merchants ask how long we retry. It is 1, 5, 30 and 120 minutes; the docs do not say so.',
				author: 'bochoa',
				labels: ['documentation'],
				createdAt: '2026-09-30T15:40:00Z',
			},
			{
				title: 'Rotate the signing key of the settlement export',
				body: 'The key is from 2024. Plan: add the new one, sign with both for a week, remove the old one.',
				author: 'alind',
				labels: ['security'],
				createdAt: '2026-10-06T08:05:11Z',
				closed: '2026-10-20T16:30:00Z',
			},
			{
				title: 'Idempotency keys expire too early for nightly batches',
				body: 'A batch that is retried after 24 h creates the payment again. 72 h would cover a long weekend.',
				author: 'cmarsh',
				labels: ['bug', 'triage'],
				createdAt: '2026-11-02T07:55:32Z',
			},
		],
	},
	'acme/ledger': {
		description: 'Double-entry book of everything that moves money',
		issues: [
			{
				title: 'Month-end report counts reversed entries twice',
				body: 'October shows 1,204.50 too much in fees. Reversals of reversals seem to be added, not subtracted.',
				author: 'ikwan',
				labels: ['bug'],
				createdAt: '2026-11-03T13:20:00Z',
				comments: [
					{ author: 'alind', body: 'I can reproduce it with two reversals on one day.', at: '2026-11-03T14:01:44Z' },
				],
			},
			{
				title: 'Offer the trial balance as CSV',
				body: 'Auditors copy it from the page by hand today.',
				author: 'ikwan',
				labels: ['enhancement'],
				createdAt: '2026-11-10T10:10:10Z',
			},
		],
	},
};

/** A fresh sandbox: two repositories of `acme`, with labels and a few issues, always the same. */
export function seed(): Data {
	const data: Data = { version: 1, nextId: 9001, repositories: [], users: {} };
	const id = () => data.nextId++;
	for (const [fullName, { description, issues }] of Object.entries(sown)) {
		const [owner = '', name = ''] = fullName.split('/');
		const repository: Repository = {
			id: id(),
			owner,
			name,
			description,
			private: true,
			issuesEnabled: true,
			movedTo: null,
			labels: labels(data.nextId),
			issues: [],
		};
		data.nextId += repository.labels.length;
		repository.issues = issues.map((each, at): Issue => {
			const last = each.comments?.at(-1)?.at ?? each.createdAt;
			return {
				id: id(),
				number: at + 1,
				title: each.title,
				body: each.body,
				author: each.author,
				state: each.closed ? 'closed' : 'open',
				stateReason: each.closed ? 'completed' : null,
				labels: each.labels,
				assignees: [],
				comments: (each.comments ?? []).map(({ author, body, at: when }) => ({
					id: id(),
					author,
					body,
					createdAt: when,
					updatedAt: when,
				})),
				subIssues: [],
				createdAt: each.createdAt,
				updatedAt: each.closed ?? last,
				closedAt: each.closed ?? null,
				closedBy: each.closed ? each.author : null,
			};
		});
		data.repositories.push(repository);
	}
	return data;
}
