import { expect, fillIssue, signIn, test } from './portal.ts';

test.describe('Audit log', () => {
	test('[chain-detects] an AUDITOR verifies the chain, opens a row to its exact bytes and exports the log', async ({
		page,
	}) => {
		await signIn(page, 'auditor', '/t/demo/audit-log');
		await page.getByRole('button', { name: 'Verify chain' }).click();
		await expect(page.getByText(/holds|intact|verified/i).first()).toBeVisible();
		await page.getByRole('button', { name: /^Row/ }).first().click();
		await expect(page.getByText(/"action":"/).first()).toBeVisible();
		await page.getByRole('button', { name: /Export/ }).click();
		const download = page.waitForEvent('download');
		await page.getByRole('link', { name: /Export|Download/ }).click();
		expect((await download).suggestedFilename()).toBe('audit-demo.ndjson');
	});

	test('[role-matrix] a MEMBER has no way to the audit log', async ({ page }) => {
		await signIn(page, 'member');
		await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
	});
});

test.describe('Kill-switch', () => {
	test('[switch-off] off is one press and stops the form; on asks why', async ({ page }) => {
		await signIn(page, 'admin', '/t/demo/settings/kill-switch');
		const dispatch = page.getByRole('switch', { name: /Agent dispatch/ });
		await dispatch.click();
		await expect(dispatch).not.toBeChecked();

		await page.goto('/t/demo/admin/mcp');
		await expect(page.getByText('Nothing can be proposed or executed in demo')).toBeVisible();
		await fillIssue(page, { title: 'Kept', body: 'Kept.' });
		await expect(page.getByRole('button', { name: 'Open propose panel' })).toHaveAttribute('aria-disabled', 'true');

		await page.goto('/t/demo/settings/kill-switch');
		await page.getByRole('switch', { name: /Agent dispatch/ }).click();
		const dialog = page.getByRole('dialog');
		await dialog.getByRole('textbox').fill('The test is over');
		await dialog.getByRole('button', { name: /Switch on/ }).click();
		await expect(page.getByRole('switch', { name: /Agent dispatch/ })).toBeChecked();
		await expect(page.getByText('The test is over')).toBeVisible();
	});
});

test.describe('Integrations', () => {
	test.use({ expectStatus: [422] });
	test('[secret-stays] a PAT that GitHub refuses is not stored, and none is ever shown', async ({ page }) => {
		await signIn(page, 'admin', '/t/demo/settings/integrations');
		await expect(page.getByText('acme-sarc-bot').first()).toBeVisible();
		await page.getByRole('button', { name: 'Replace…' }).click();
		await page.getByLabel('New token').fill('ghp_thisOneIsNotKnownToTheSandbox0000000');
		await page.getByRole('button', { name: 'Test and replace' }).click();
		await expect(page.getByText(/refuses/i).first()).toBeVisible();
		await expect(page.getByText('acme-sarc-bot').first()).toBeVisible();
		expect(await page.content()).not.toContain('ghp_');
	});
});
