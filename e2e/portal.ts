import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';

export type Account = 'admin' | 'member' | 'auditor';

/** A page whose unexpected console errors fail the test; refusals by the API are expected ones (`expectStatus`). */
export const test = base.extend<{ expectStatus: number[] }>({
	expectStatus: [[], { option: true }],
	page: async ({ page, expectStatus }, use) => {
		const errors: string[] = [];
		page.on('console', (message) => {
			if (message.type() !== 'error') return;
			const text = message.text();
			const expected = expectStatus.some((status) => text.includes(`status of ${status}`));
			if (!expected) errors.push(`${text} ${message.location().url}`);
		});
		page.on('pageerror', (error) => errors.push(String(error)));
		await use(page);
		expect(errors, 'console errors').toEqual([]);
	},
});

export { expect };

/** Signs in through the form, as a person does. */
export async function signInByForm(page: Page, account: Account, path = '/t/demo/admin/mcp'): Promise<void> {
	await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
	await page.getByRole('textbox', { name: 'E-mail' }).fill(`${account}@demo.local`);
	await page.getByLabel('Password').fill('sandbox-demo');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await page.waitForURL(`**${path}`);
}

/** Signs in over the API, which is quicker; the cookie is the page's too. */
export async function signIn(page: Page, account: Account, path = '/t/demo/admin/mcp'): Promise<void> {
	const answer = await page.request.post('/api/auth/sign-in/email', {
		data: { email: `${account}@demo.local`, password: 'sandbox-demo' },
		headers: { origin: test.info().project.use.baseURL ?? '' },
	});
	expect(answer.status()).toBe(200);
	await page.goto(path);
}

export async function expectNoAxeViolations(page: Page): Promise<void> {
	const results = await new AxeBuilder({ page }).analyze();
	const found = results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`);
	expect(found).toEqual([]);
}

export async function fillIssue(page: Page, issue: { title: string; body: string; repo?: string }): Promise<void> {
	await page.getByRole('textbox', { name: 'Owner' }).fill('acme');
	await page.getByRole('textbox', { name: 'Repository' }).fill(issue.repo ?? 'payments-api');
	await page.getByRole('textbox', { name: 'Title' }).fill(issue.title);
	await page.getByRole('textbox', { name: 'Body, in Markdown' }).fill(issue.body);
}
