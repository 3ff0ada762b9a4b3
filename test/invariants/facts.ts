import type { Entry } from '#core/audit/entry';
import { MARKER_PATTERN } from '#core/proposal/marker';
import type { Creates } from '#core/registry/types';
import type { Checked } from './check.ts';

export interface ExecutionFact extends Record<string, unknown> {
	readonly id: string;
	readonly args_sha: string;
	readonly epoch: number;
	readonly provider: string;
	readonly tool: string;
	readonly state: string;
	readonly request_id: string;
	readonly artifact_url: string | null;
	readonly audit_seq: number | null;
}

export interface RowFact extends Record<string, unknown> {
	readonly seq: number;
	readonly entry: string;
	readonly leaf: string;
	readonly entry_hash: string;
	readonly action: string;
	readonly ok: boolean;
}

/** Something that the account has written, as it stands at the provider. */
export interface Artifact {
	readonly creates: Exclude<Creates, 'labels'>;
	readonly url: string;
	readonly owner: string;
	readonly repo: string;
	readonly number: number;
	readonly title: string | null;
	readonly text: string;
	/** The argsShas of the marks that it carries. */
	readonly marks: readonly string[];
}

/** A request that has set an issue's labels. */
export interface LabelWrite {
	readonly owner: string;
	readonly repo: string;
	readonly number: number;
	/** In lower case, sorted, as one text. */
	readonly set: string;
}

export interface Facts {
	readonly executions: readonly ExecutionFact[];
	/** The log, in the order of seq. */
	readonly rows: readonly RowFact[];
	/** The same, read; null where the text is none. */
	readonly entries: readonly (Entry | null)[];
	readonly head: { readonly size: number; readonly head: string } | null;
	readonly artifacts: readonly Artifact[];
	readonly labelWrites: readonly LabelWrite[];
}

export async function readFacts({ query, tenantId, github, webUrl, login }: Checked): Promise<Facts> {
	const executions = await query<ExecutionFact>(
		`SELECT id, args_sha, epoch, provider, tool, state, request_id, artifact_url, audit_seq
		FROM execution WHERE tenant_id = $1 ORDER BY args_sha, epoch`,
		[tenantId],
	);
	const rows = await query<RowFact>(
		'SELECT seq, entry, leaf, entry_hash, action, ok FROM audit_entry WHERE log = $1 ORDER BY seq',
		[tenantId],
	);
	const [head] = await query<{ size: number; head: string }>('SELECT size, head FROM audit_head WHERE log = $1', [
		tenantId,
	]);
	return {
		executions,
		rows,
		entries: rows.map(({ entry }) => parsed(entry)),
		head: head ?? null,
		artifacts: artifactsOf(github, webUrl, login),
		labelWrites: labelWritesOf(github),
	};
}

function parsed(entry: string): Entry | null {
	try {
		return JSON.parse(entry) as Entry;
	} catch {
		return null;
	}
}

function artifactsOf(github: Checked['github'], webUrl: string, login: string): Artifact[] {
	const isOurs = (author: string) => author.toLowerCase() === login.toLowerCase();
	const marksOf = (text: string) => [...text.matchAll(MARKER_PATTERN)].map((found) => found[1] ?? '');
	return github.repositories().flatMap(({ owner, name: repo, issues }) =>
		issues.flatMap(({ number, title, author, body, comments }): Artifact[] => {
			const url = `${webUrl}/${owner}/${repo}/issues/${number}`;
			const place = { owner, repo, number };
			const issue: Artifact = { creates: 'issue', url, ...place, title, text: body, marks: marksOf(body) };
			const own = comments
				.filter((comment) => isOurs(comment.author))
				.map(({ id, body: text }): Artifact => {
					const address = `${url}#issuecomment-${id}`;
					return { creates: 'comment', url: address, ...place, title: null, text, marks: marksOf(text) };
				});
			return isOurs(author) ? [issue, ...own] : own;
		}),
	);
}

const ISSUE = /^\/api\/v3\/repos\/([^/]+)\/([^/]+)\/issues\/(\d+)$/;

function labelWritesOf(github: Checked['github']): LabelWrite[] {
	return github.requests
		.filter(({ method, wrote }) => method === 'PATCH' && wrote)
		.flatMap(({ path, body }): LabelWrite[] => {
			const [, owner, repo, number] = ISSUE.exec(path) ?? [];
			const { labels } = JSON.parse(body) as { labels?: string[] };
			if (owner === undefined || repo === undefined || labels === undefined) return [];
			return [{ owner, repo, number: Number(number), set: labelSet(labels) }];
		});
}

/** A set of labels as a text: equal for two sets that are the same to GitHub. */
export function labelSet(labels: readonly string[]): string {
	return JSON.stringify(labels.map((label) => label.toLowerCase()).sort());
}
