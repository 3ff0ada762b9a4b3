import { expect, fillIssue, signIn, signInByForm, test } from './portal.ts';

test.describe('The main job', () => {
	test('[approval-bound, once, footer-visible] propose, preview, approve, execute, follow the link; again says already done', async ({
		page,
		context,
	}) => {
		await signInByForm(page, 'admin');
		const strip = page.getByRole('list', { name: 'Prerequisites' });
		await expect(strip.getByText('mcp.gateway')).toBeVisible();
		await expect(strip).toContainText('Ready to write');

		await fillIssue(page, {
			title: 'INC-4821: card captures time out',
			body: '## What happened\n\nCaptures timed out.',
		});
		await page.getByRole('button', { name: 'Open propose panel' }).click();
		await page.getByRole('button', { name: 'Preview action' }).click();
		const sheet = page.getByRole('region', { name: /decide/i });
		await expect(sheet.getByRole('heading', { name: 'Exact arguments' })).toBeVisible();
		await expect(sheet.getByText(/Approved by Ada Lind/).first()).toBeVisible();
		await expect(sheet.getByText(/sarc-mcp:[0-9a-f]{16}/).first()).toBeVisible();
		await page.getByRole('button', { name: 'Approve & execute' }).click();

		const link = page.getByRole('link', { name: /Open issue #\d+/ });
		await expect(link).toBeVisible();
		const opened = context.waitForEvent('page');
		await link.click();
		const issue = await opened;
		await expect(issue.locator('body')).toContainText('Captures timed out.');
		await expect(issue.locator('body')).toContainText(
			/Approved by Ada Lind \(\w{8}\) via SARC MCP Gateway · ref sarc-mcp:[0-9a-f]{16}/,
		);
		await expect(issue.locator('body')).toContainText(/<!-- sarc-mcp:[0-9a-f]{64} -->/);
		const url = issue.url();
		await issue.close();

		await page.goto('/t/demo/admin/mcp');
		await fillIssue(page, {
			title: 'INC-4821: card captures time out',
			body: '## What happened\n\nCaptures timed out.',
		});
		await page.getByRole('button', { name: 'Open propose panel' }).click();
		await page.getByRole('button', { name: 'Preview action' }).click();
		await page.getByRole('button', { name: 'Approve & execute' }).click();
		await expect(page.getByRole('heading', { name: /Already done/ })).toBeVisible();
		await expect(page.getByRole('link', { name: /Open issue #\d+/ })).toHaveAttribute('href', url);

		await page.getByRole('button', { name: 'Create another' }).click();
		await page.getByRole('button', { name: 'Approve & execute' }).click();
		await expect(page.getByRole('heading', { name: /Issue opened/ })).toBeVisible();
		await expect(page.getByRole('link', { name: /Open issue #\d+/ })).not.toHaveAttribute('href', url);
	});

	test('a MEMBER previews and reads that an ADMIN approves', async ({ page }) => {
		await signIn(page, 'member');
		await fillIssue(page, { title: 'Asked by a member', body: 'Text.' });
		await page.getByRole('button', { name: 'Open propose panel' }).click();
		await page.getByRole('button', { name: 'Preview action' }).click();
		await expect(page.getByRole('heading', { name: 'Exact arguments' })).toBeVisible();
		await expect(page.getByText(/an ADMIN approves/i).first()).toBeVisible();
		await expect(page.getByRole('button', { name: 'Approve & execute' })).toHaveCount(0);
	});

	test('an AUDITOR reads what was executed and sees no form', async ({ page }) => {
		await signIn(page, 'auditor');
		await expect(page.getByText('acme/payments-api').first()).toBeVisible();
		await expect(page.getByRole('button', { name: 'Open propose panel' })).toHaveCount(0);
		await expect(page.getByRole('button', { name: 'Approve & execute' })).toHaveCount(0);
	});

	test('[hidden-text-holds] a character that cannot be seen holds the approval until it is ticked', async ({
		page,
	}) => {
		await signIn(page, 'admin');
		await fillIssue(page, { title: 'An invisible\u200bcharacter', body: 'Text.' });
		await page.getByRole('button', { name: 'Open propose panel' }).click();
		await page.getByRole('button', { name: 'Preview action' }).click();
		const approve = page.getByRole('button', { name: 'Approve & execute' });
		await expect(approve).toHaveAttribute('aria-disabled', 'true');
		await expect(page.getByText('U+200B').first()).toBeVisible();
		await page.getByRole('checkbox', { name: /I have seen it/ }).check();
		await approve.click();
		await expect(page.getByRole('heading', { name: /Issue opened/ })).toBeVisible();
	});
});
