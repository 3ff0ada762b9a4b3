import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { APIRequestContext } from '@playwright/test';
import { expect } from './portal.ts';

/** The switches of the sandbox GitHub, which the portal under test has started. */
async function post(request: APIRequestContext, path: string, data: unknown): Promise<void> {
	const ports = JSON.parse(readFileSync(join(process.env.E2E_DATA_DIR ?? '', 'sandbox-ports.json'), 'utf8'));
	const answer = await request.post(`http://127.0.0.1:${ports.apiPort}/_sandbox/${path}`, { data });
	expect(answer.ok()).toBe(true);
}

/** The next creation of an issue meets this fault. */
export const faultOnIssue = (request: APIRequestContext, fault: { kind: string; [key: string]: unknown }) =>
	post(request, 'faults', { ...fault, match: { method: 'POST', pathPattern: '/issues$' } });

/** Lets go what a `hold` fault holds. */
export const release = (request: APIRequestContext) => post(request, 'release', {});
