import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect, test } from './portal.ts';

export const password = 'a sentence will do';
export const membersPath = '/t/demo/settings/members';

/** A browser of somebody else: no cookie of the first one, and no test that fails by its console. */
export async function otherBrowser(browser: Browser, baseURL: string | undefined): Promise<BrowserContext> {
	return await browser.newContext({ ...(baseURL === undefined ? {} : { baseURL }) });
}

async function post(page: Page, path: string, data: unknown) {
	const answer = await page.request.post(path, { data, headers: { origin: test.info().project.use.baseURL ?? '' } });
	expect(answer.status()).toBe(201);
	return (await answer.json()) as { id: string; link?: string };
}

/** Invites over the API, which is quicker. */
export async function linkFor(page: Page, email: string, tenant = 'demo'): Promise<string> {
	const { link } = await post(page, `/api/members?tenant=${tenant}`, { email, name: 'Somebody New', role: 'MEMBER' });
	return link ?? '';
}

export async function join(page: Page, link: string, name: string): Promise<void> {
	await page.goto(link);
	await page.getByRole('textbox', { name: 'Your name' }).fill(name);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('button', { name: 'Join' }).click();
}

export const rowOf = (page: Page, email: string) => page.getByRole('row').filter({ hasText: email });
