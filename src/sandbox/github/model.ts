import { z } from 'zod';

/** What the sandbox GitHub remembers. Times are whole seconds in UTC, as GitHub writes them (`2026-01-02T03:04:05Z`). */
export type Label = { id: number; name: string; color: string; description: string | null };
export type Comment = { id: number; author: string; body: string; createdAt: string; updatedAt: string };
export type CloseReason = 'completed' | 'not_planned' | 'duplicate';

export type Issue = {
	id: number;
	number: number;
	title: string;
	body: string;
	author: string;
	state: 'open' | 'closed';
	stateReason: CloseReason | 'reopened' | null;
	labels: string[];
	assignees: string[];
	comments: Comment[];
	/** Database ids, in order. */
	subIssues: number[];
	createdAt: string;
	updatedAt: string;
	closedAt: string | null;
	closedBy: string | null;
};

export type Repository = {
	id: number;
	owner: string;
	name: string;
	description: string;
	private: boolean;
	issuesEnabled: boolean;
	/** `owner/name` this repository moved to; its old name answers with a redirect. */
	movedTo: string | null;
	labels: Label[];
	issues: Issue[];
	/** Numbers whose issue has left: `owner/name/number` where it stands now, or '' when it was deleted. */
	left?: Record<number, string>;
};

export const tokenSchema = z.strictObject({
	token: z.string().min(1),
	login: z.string().min(1),
	/** Scopes of a classic token (`repo`, `public_repo`, …). Ignored for a fine-grained one. */
	scopes: z.array(z.string()).readonly().default([]),
	/** What a fine-grained token may do. `repositories` are `owner/name`; left out = all. */
	fineGrained: z
		.strictObject({
			repositories: z.array(z.string()).readonly().exactOptional(),
			issues: z.enum(['none', 'read', 'write']),
		})
		.exactOptional(),
	/** False: the account has no triage right, so labels and assignees it sends are dropped without a word. */
	triage: z.boolean().exactOptional(),
});

export type Token = z.output<typeof tokenSchema>;

export type Data = {
	version: 1;
	nextId: number;
	repositories: Repository[];
	/** login → database id */
	users: Record<string, number>;
};

export type LoggedRequest = {
	at: string;
	method: string;
	/** Path and query; also of an absolute-form (proxied) request target. */
	path: string;
	host: string;
	headers: Record<string, string>;
	body: string;
	/** The answer's status; null when the connection was dropped instead. */
	status: number | null;
	/** True when this request changed something. */
	wrote: boolean;
};

/** No number is given twice. */
export const nextNumber = ({ issues, left = {} }: Repository): number =>
	Math.max(0, ...issues.map((each) => each.number), ...Object.keys(left).map(Number)) + 1;

export const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}:${id}`).toString('base64');

export const whole = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
