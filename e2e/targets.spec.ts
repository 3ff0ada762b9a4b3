import { type Account, expect, expectNoAxeViolations, fillIssue, signIn, test } from './portal.ts';

const path = '/t/demo/settings/targets';

test.describe('Targets', () => {
	test.describe.configure({ mode: 'serial' });
	test.use({ expectStatus: [403] });
	test.afterAll(async ({ browser }, { project }) => {
		const page = await browser.newPage();
		const origin = project.use.baseURL ?? '';
		await page.request.post(`${origin}/api/auth/sign-in/email`, {
			data: { email: 'admin@demo.local', password: 'sandbox-demo' },
			headers: { origin },
		});
		await page.request.put(`${origin}/api/targets?tenant=demo`, { data: { allow: [] }, headers: { origin } });
		await page.close();
	});

	test('[targets-narrow] an empty list says that all may be written; narrowed, the rest is refused', async ({
		page,
	}) => {
		await signIn(page, 'admin', path);
		await expect(page.getByText('Writes may go to every repository that the GitHub credential reaches.')).toBeVisible();
		await expectNoAxeViolations(page);
		const input = page.getByRole('textbox', { name: 'Add a target' });
		await input.fill('acme');
		await input.press('Enter');
		await expect(page.getByText('“acme” is neither owner/repo nor owner/*.')).toBeVisible();
		await input.fill('https://github.com/acme/ledger');
		await input.press('Enter');
		await input.fill('acme/tools');
		await page.getByRole('button', { name: 'Add', exact: true }).click();
		const change = page.getByRole('region', { name: 'Not saved yet' });
		await expect(change).toContainText('Everything that the credential reaches');
		await expect(change).toContainText('acme/ledger, acme/tools');
		await expect(change).toContainText('This narrows it');
		await expect(change.getByRole('textbox', { name: /Reason/ })).toHaveCount(0);
		await expectNoAxeViolations(page);
		await change.getByRole('button', { name: 'Save targets' }).click();
		await expect(page.getByRole('heading', { name: 'Saved' })).toBeVisible();
		await expect(page.getByRole('heading', { name: 'Allowed targets' })).toBeFocused();

		await page.goto('/t/demo/admin/mcp');
		await fillIssue(page, { title: 'Outside', body: 'Text.' });
		await expect(page.getByText('is not among the targets of demo: it would be refused.')).toBeVisible();
		await page.getByRole('button', { name: 'Open propose panel' }).click();
		await page.getByRole('button', { name: 'Preview action' }).click();
		const panel = page.getByRole('region', { name: 'Propose panel' });
		await expect(panel.getByRole('heading', { name: 'Refused: demo does not write there' })).toBeFocused();
		await expect(panel.getByRole('link', { name: 'Open Targets' })).toHaveAttribute('href', path);
		await page.getByRole('textbox', { name: 'Repository' }).fill('ledger');
		await page.getByRole('button', { name: 'Preview action' }).click();
		await expect(page.getByRole('heading', { name: 'Exact arguments' })).toBeVisible();
	});

	test('a MEMBER learns it from the refusal; an AUDITOR reads the list and changes nothing', async ({ page }) => {
		await signIn(page, 'member');
		await fillIssue(page, { title: 'Outside', body: 'Text.' });
		await expect(page.getByText('it would be refused')).toHaveCount(0);
		await page.getByRole('button', { name: 'Open propose panel' }).click();
		await page.getByRole('button', { name: 'Preview action' }).click();
		await expect(page.getByRole('heading', { name: 'Refused: demo does not write there' })).toBeFocused();
		await page.goto(path);
		await expect(page.getByRole('heading', { name: 'The targets are for ADMIN and AUDITOR' })).toBeVisible();

		await signIn(page, 'auditor', path);
		await expect(page.getByRole('list', { name: 'Targets' })).toContainText('acme/ledger');
		await expect(page.getByRole('button', { name: /Remove|Add|Save/ })).toHaveCount(0);
		await expectNoAxeViolations(page);
	});

	test('unsaved changes are asked about; widening offers a reason, which the log keeps', async ({ page }) => {
		await signIn(page, 'admin', path);
		await page.getByRole('button', { name: 'Remove acme/ledger' }).click();
		await page.getByRole('link', { name: 'Audit log', exact: true }).first().click();
		const question = page.getByRole('dialog', { name: 'Leave without saving the targets?' });
		await expectNoAxeViolations(page);
		await question.getByRole('button', { name: 'Stay here' }).click();
		await page.keyboard.press('g');
		await page.keyboard.press('m');
		await expect(question).toBeVisible();
		await page.keyboard.press('Escape');
		await expect(page.getByRole('list', { name: 'Targets' })).toContainText('Removed');
		await page.getByRole('button', { name: 'Keep acme/ledger' }).click();
		await expect(page.getByRole('region', { name: 'Not saved yet' })).toHaveCount(0);

		const input = page.getByRole('textbox', { name: 'Add a target' });
		await input.fill('acme/*');
		await input.press('Enter');
		await page.getByRole('textbox', { name: 'Reason (optional)' }).fill('The whole team moves');
		await page.getByRole('button', { name: 'Save targets' }).click();
		await expect(page.getByRole('heading', { name: 'Saved' })).toBeVisible();
		await page.getByRole('link', { name: 'audit log', exact: true }).click();
		const row = page.getByRole('row').filter({ hasText: 'Targets changed' }).first();
		await expect(row).toContainText('+acme/*');
		await row.getByRole('button', { name: /^Row/ }).click();
		await expect(page.getByText('The whole team moves').first()).toBeVisible();
	});

	test('emptying the list, which lets through the most, is a question and takes a reason', async ({ page }) => {
		await signIn(page, 'admin', path);
		await expect(page.getByRole('list', { name: 'Targets' })).toBeVisible();
		const remove = page.getByRole('button', { name: /^Remove / });
		while ((await remove.count()) > 0) await remove.first().click();
		await page.getByRole('button', { name: 'Save targets…' }).click();
		const question = page.getByRole('dialog', { name: 'Let writes from demo go everywhere?' });
		await expectNoAxeViolations(page);
		await question.getByRole('button', { name: 'Keep the list' }).click();
		await expect(question).toHaveCount(0);
		await page.getByRole('button', { name: 'Save targets…' }).click();
		await question.getByRole('button', { name: 'Empty the list' }).click();
		const reason = question.getByRole('textbox', { name: 'Reason' });
		await expect(reason).toBeFocused();
		await reason.fill('The trial is over');
		await reason.press('Enter');
		await expect(page.getByRole('heading', { name: 'Saved' })).toBeVisible();
		await expect(page.getByRole('heading', { name: 'The list is empty: nothing is narrowed' })).toBeVisible();
		await expect(page.getByRole('heading', { name: 'Allowed targets' })).toBeFocused();
	});
});

for (const [account, width] of [
	['admin', 390],
	['admin', 320],
	['auditor', 320],
] as [Account, number][]) {
	test(`the targets do not scroll sideways at ${width} px as ${account}`, async ({ page }) => {
		await page.setViewportSize({ width, height: 800 });
		await signIn(page, account, path);
		await expect(page.getByRole('heading', { level: 1, name: 'Targets' })).toBeVisible();
		await expect(page.getByRole('heading', { name: 'Allowed targets' })).toBeVisible();
		await expectNoAxeViolations(page);
		const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
		expect(scrollWidth).toBe(clientWidth);
	});
}
