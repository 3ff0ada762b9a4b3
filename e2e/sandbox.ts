import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIRequestContext, APIResponse } from '@playwright/test';
import { expect } from './portal.ts';

interface Ports {
	readonly apiPort: number;
}
const origin = () => {
	const ports: Ports = JSON.parse(readFileSync(join(process.env.E2E_DATA_DIR ?? '', 'sandbox-ports.json'), 'utf8'));
	return `http://127.0.0.1:${ports.apiPort}`;
};

/** The switches of the sandbox GitHub, which the portal under test has started. */
async function post(request: APIRequestContext, path: string, data: unknown): Promise<void> {
	const answer = await request.post(`${origin()}/_sandbox/${path}`, { data });
	expect(answer.ok()).toBe(true);
}

/** The next creation of an issue meets this fault. */
export const faultOnIssue = (request: APIRequestContext, fault: { kind: string; [key: string]: unknown }) =>
	post(request, 'faults', { ...fault, match: { method: 'POST', pathPattern: '/issues$' } });

/** GitHub drops the labels of the next change of this issue, and reports success. */
export const dropLabels = (request: APIRequestContext, number: number) =>
	post(request, 'faults', { kind: 'drop-labels', match: { method: 'PATCH', pathPattern: `/issues/${number}$` } });

/** Lets go what a `hold` fault holds. */
export const release = (request: APIRequestContext) => post(request, 'release', {});

const somebody = 'ghp_somebodyelsesomebodyelsesomebodyelse';

/** Somebody who works in GitHub itself, past the portal. */
async function atGithub(
	request: APIRequestContext,
	method: string,
	path: string,
	data?: unknown,
): Promise<APIResponse> {
	await post(request, 'tokens', { token: somebody, login: 'cmarsh', scopes: ['repo'] });
	const answer = await request.fetch(`${origin()}/api/v3/repos/${path}`, {
		method,
		headers: { authorization: `Bearer ${somebody}` },
		...(data === undefined ? {} : { data }),
	});
	expect(answer.ok()).toBe(true);
	return answer;
}

/** Opens an issue past the portal. @returns its number */
export async function openIssue(request: APIRequestContext, title: string, labels: string[]): Promise<number> {
	const answer = await atGithub(request, 'POST', 'acme/payments-api/issues', { title, labels });
	return (await answer.json()).number;
}

/** Rewrites an issue's text past the portal. @param url of its page */
export async function rewriteIssue(request: APIRequestContext, url: string, body: string): Promise<void> {
	await atGithub(request, 'PATCH', new URL(url).pathname.slice(1), { body });
}

export async function setLabels(request: APIRequestContext, number: number, labels: string[]): Promise<void> {
	await atGithub(request, 'PATCH', `acme/payments-api/issues/${number}`, { labels });
}

export async function labelsOf(request: APIRequestContext, number: number): Promise<string[]> {
	const issue: { labels: { name: string }[] } = await (
		await atGithub(request, 'GET', `acme/payments-api/issues/${number}`)
	).json();
	return issue.labels.map((label) => label.name).sort();
}
