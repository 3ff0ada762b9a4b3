import type { JsonObject } from '#core/canonical-json';
import type { Plan } from './plan.ts';

export interface Request {
	readonly provider: 'github';
	readonly tool: string;
	readonly args: JsonObject;
}

/** Issues that the sandbox GitHub begins with: what is commented on and labelled. */
const SEEDED = [
	{ repo: 'payments-api', number: 1 },
	{ repo: 'payments-api', number: 2 },
	{ repo: 'payments-api', number: 4 },
	{ repo: 'ledger', number: 1 },
	{ repo: 'ledger', number: 2 },
] as const;

/** The write of a run: no other run has these bytes, nor this set of labels. */
export function requestOf({ number, write }: Plan): Request {
	const seeded = SEEDED[number % SEEDED.length] ?? SEEDED[0];
	const place = { owner: 'acme', repo: seeded.repo };
	switch (write) {
		case 'issue':
			return {
				provider: 'github',
				tool: 'issue_write',
				args: { method: 'create', ...place, title: `Run ${number}`, body: `What run ${number} has approved.` },
			};
		case 'comment':
			return {
				provider: 'github',
				tool: 'add_issue_comment',
				args: { ...place, issue_number: seeded.number, body: `What run ${number} has approved.` },
			};
		case 'labels':
			return {
				provider: 'github',
				tool: 'issue_write',
				args: { method: 'update', ...place, issue_number: seeded.number, labels: ['bug', `run-${number}`] },
			};
	}
}
