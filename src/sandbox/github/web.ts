import type { IncomingMessage, ServerResponse } from 'node:http';
import { send } from '#sandbox/http';
import type { Issue, Repository } from './model.ts';
import type { SandboxState } from './state.ts';
import { esc, frame, pageHeaders } from './web-frame.ts';

const time = (at: string): string =>
	`<time datetime="${esc(at)}">${esc(at.replace('T', ' ').replace('Z', ' UTC'))}</time>`;

const path = (repository: Repository, issue?: Issue): string =>
	`/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.name)}${issue ? `/issues/${issue.number}` : ''}`;

/** Splits what a reader of the real page would see from the HTML comments that they would not; and the footer after the last rule. */
function parts(body: string): { text: string; foot: string; hidden: string[] } {
	const hidden = body.match(/<!--[\s\S]*?-->/g) ?? [];
	const seen = body.replace(/<!--[\s\S]*?-->/g, '').trimEnd();
	const rule = seen.lastIndexOf('\n---\n');
	if (rule < 0) return { text: seen, foot: '', hidden };
	return { text: seen.slice(0, rule).trimEnd(), foot: seen.slice(rule + 5).trim(), hidden };
}

/** Text is shown as it was typed, never as markup. Below it, what the source hides, and the source itself. */
function card(id: string, author: string, at: string, body: string): string {
	const { text, foot, hidden } = parts(body);
	return `<article class="card" id="${esc(id)}"><div class="by"><b>${esc(author)}</b> wrote ${time(at)}</div>
<div class="text">${esc(text)}</div>${foot ? `<div class="foot">${esc(foot)}</div>` : ''}
${hidden.map((each) => `<p class="hidden">Hidden in the source: <code>${esc(each)}</code></p>`).join('')}
<details><summary>Source</summary><pre>${esc(body)}</pre></details></article>`;
}

const badge = (issue: Issue): string =>
	`<span class="state ${issue.state}">${issue.state === 'open' ? 'Open' : issue.stateReason === 'not_planned' ? 'Closed as not planned' : 'Closed'}</span>`;

const chips = (issue: Issue): string => issue.labels.map((each) => `<span class="label">${esc(each)}</span>`).join(' ');

function issuePage(repository: Repository, issue: Issue): string {
	const name = `${repository.owner}/${repository.name}`;
	const comments = issue.comments.map((each) =>
		card(`issuecomment-${each.id}`, each.author, each.createdAt, each.body),
	);
	return frame(
		`${issue.title} · ${name}#${issue.number}`,
		` / <a href="${esc(path(repository))}">${esc(name)}</a> / #${issue.number}`,
		`<h1>${esc(issue.title)} <span class="n">#${issue.number}</span></h1>
<p class="meta">${badge(issue)}<span>opened by ${esc(issue.author)} ${time(issue.createdAt)}</span>${chips(issue)}</p>
${card('issue', issue.author, issue.createdAt, issue.body)}${comments.join('\n')}`,
	);
}

function listPage(repository: Repository): string {
	const name = `${repository.owner}/${repository.name}`;
	const rows = [...repository.issues]
		.reverse()
		.map(
			(each) =>
				`<li><a href="${esc(path(repository, each))}">${esc(each.title)}</a> ${chips(each)}<div class="sub">#${each.number} · ${each.state} · ${esc(each.author)} · ${each.comments.length} ${each.comments.length === 1 ? 'comment' : 'comments'} · ${time(each.createdAt)}</div></li>`,
		);
	const none = repository.issuesEnabled ? 'No issues yet.' : 'Issues are switched off in this repository.';
	const moved = repository.movedTo
		? `<p>Moved to <a href="/${esc(repository.movedTo)}">${esc(repository.movedTo)}</a>.</p>`
		: '';
	const list = rows.length > 0 ? `<ul class="rows">${rows.join('')}</ul>` : `<p>${none}</p>`;
	return frame(
		name,
		` / ${esc(name)}`,
		`<h1>${esc(name)}</h1><p class="meta">${esc(repository.description)}</p>${moved}${list}`,
	);
}

function indexPage(repositories: readonly Repository[]): string {
	const rows = repositories.map((each) => {
		const open = each.issues.filter((issue) => issue.state === 'open').length;
		return `<li><a href="${esc(path(each))}">${esc(`${each.owner}/${each.name}`)}</a><div class="sub">${esc(each.description)} · ${open} open of ${each.issues.length}</div></li>`;
	});
	return frame('Repositories', '', `<h1>Repositories</h1><ul class="rows">${rows.join('')}</ul>`);
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** The page at `path`, or undefined: 404. */
function pageAt(state: SandboxState, at: string): string | undefined {
	const [owner, name, kind, number, ...more] = at.split('/').slice(1).map(decoded);
	if (!owner && name === undefined) return indexPage(state.repositories());
	const repository = owner && name ? state.repository(owner, name) : undefined;
	if (!repository || more.length > 0) return undefined;
	if (kind === undefined || (kind === 'issues' && !number)) return listPage(repository);
	if (kind !== 'issues' || !/^\d+$/.test(number ?? '')) return undefined;
	const issue = repository.issues.find((each) => each.number === Number(number));
	return issue && issuePage(repository, issue);
}

/** The pages that people follow the portal's links to: `/`, `/:owner/:repo`, `/:owner/:repo/issues/:n`. Reading only. */
export function createPages(state: SandboxState): (request: IncomingMessage, response: ServerResponse) => void {
	return (request, response) => {
		if (request.method !== 'GET' && request.method !== 'HEAD') {
			send(response, 405, { ...pageHeaders, allow: 'GET, HEAD' }, '');
			return;
		}
		const page = pageAt(state, (request.url ?? '/').replace(/[?#].*$/, ''));
		const html = page ?? frame('Not found', '', '<h1>Nothing here</h1><p>No such repository or issue.</p>');
		send(response, page ? 200 : 404, pageHeaders, request.method === 'HEAD' ? '' : html);
	};
}
