import { expect, expectNoAxeViolations, fillIssue, signIn, test } from './portal.ts';
import { faultOnIssue, release } from './sandbox.ts';

test.describe('Outcomes that are not a plain yes', () => {
	test.describe('an artifact outside the target', () => {
		test.use({ expectStatus: [502, 409] });
		test('[unknown-not-failed] says what the portal knows, where to read on, and has a way back; Esc closes it', async ({
			page,
			request,
		}) => {
			await signIn(page, 'admin');
			await faultOnIssue(request, { kind: 'redirect', to: 'acme/ledger' });
			await fillIssue(page, { title: 'Written elsewhere', body: 'Text.' });
			await page.getByRole('button', { name: 'Open propose panel' }).click();
			await page.getByRole('button', { name: 'Preview action' }).click();
			await page.getByRole('button', { name: 'Approve & execute' }).click();

			// After the first look.
			await expect(page.getByRole('heading', { name: /The portal cannot tell/ })).toBeFocused({ timeout: 30_000 });
			const sheet = page.getByRole('region', { name: 'Outcome' });
			await expect(sheet).toContainText('outside the approved place');
			await expect(sheet).not.toContainText(/runbook|0 looks/);
			await expect(sheet.getByRole('link', { name: /acme\/ledger\/issues\/\d+/ })).toHaveAttribute('rel', /noopener/);
			await expect(sheet).toContainText('not verified');
			await expect(sheet.getByRole('link', { name: /^#\d/ })).toBeVisible();
			await expect(sheet.getByRole('link', { name: /what to do/ })).toHaveAttribute(
				'href',
				'/errors/execution_unresolved',
			);
			await expectNoAxeViolations(page);
			await expect(page.getByRole('table').getByText('Needs a person').first()).toBeVisible();
			await page.keyboard.press('Escape');
			await expect(sheet).toHaveCount(0);
			await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Written elsewhere');

			await page.getByRole('button', { name: 'Open propose panel' }).click();
			await page.getByRole('button', { name: 'Preview action' }).click();
			await page.getByRole('button', { name: 'Approve & execute' }).click();
			await page.getByRole('button', { name: 'Back to the form' }).click();
			await expect(page.getByRole('button', { name: 'Open propose panel' })).toBeFocused();
		});
	});

	test.describe('an earlier request that is under way', () => {
		test.use({ expectStatus: [409] });
		test('[once] says that the other request finished, not that an answer was lost', async ({
			page,
			request,
			baseURL,
		}) => {
			await signIn(page, 'admin');
			const origin = baseURL ?? '';
			const args = { method: 'create', owner: 'acme', repo: 'payments-api', title: 'Two at once', body: 'Text.' };
			const bytes = { provider: 'github', tool: 'issue_write', args };
			const post = (path: string, data: unknown) =>
				page.request.post(`/api/mcp/${path}?tenant=demo`, { data, headers: { origin } });
			const { argsSha } = await (await post('propose', bytes)).json();
			await faultOnIssue(request, { kind: 'hold' });
			const other = post('execute', { ...bytes, argsSha });
			await expect(page.getByText('Executing').first()).toBeVisible({ timeout: 30_000 });

			await fillIssue(page, { title: 'Two at once', body: 'Text.' });
			await page.getByRole('button', { name: 'Open propose panel' }).click();
			await page.getByRole('button', { name: 'Preview action' }).click();
			await page.getByRole('button', { name: 'Approve & execute' }).click();
			await expect(page.getByRole('heading', { name: 'These bytes are being written right now' })).toBeVisible();
			await release(request);
			expect((await other).status()).toBe(200);

			const sheet = page.getByRole('region', { name: 'Outcome' });
			await expect(sheet.getByRole('heading', { name: /Confirmed: it was written, once/ })).toBeVisible();
			await expect(sheet).toContainText('The other request, which was under way, has finished.');
			await expect(sheet).not.toContainText('lost');
			await expect(page.getByRole('table').getByText('Executing')).toHaveCount(0);
			await sheet.getByRole('button', { name: 'Propose another' }).click();
			await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused();
			await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('');
			await expect(page.getByRole('textbox', { name: 'Repository' })).toHaveValue('payments-api');
		});
	});

	test.describe('a refusal that made no execution', () => {
		test.use({ expectStatus: [403] });
		test('[one-row] leads to the row that it left', async ({ page, baseURL }) => {
			const narrow = (allow: string[]) =>
				page.request.put('/api/targets?tenant=demo', { data: { allow }, headers: { origin: baseURL ?? '' } });
			await signIn(page, 'admin');
			await fillIssue(page, { title: 'Refused', body: 'Text.' });
			await page.getByRole('button', { name: 'Open propose panel' }).click();
			await page.getByRole('button', { name: 'Preview action' }).click();
			await expect(page.getByRole('button', { name: 'Approve & execute' })).toBeVisible();
			expect((await narrow(['acme/ledger'])).status()).toBe(200);
			await page.getByRole('button', { name: 'Approve & execute' }).click();
			const sheet = page.getByRole('region', { name: 'Outcome' });
			await expect(sheet).toContainText('Nothing');
			expect((await narrow([])).status()).toBe(200);
			await expectNoAxeViolations(page);
			await sheet.getByRole('link', { name: /^#\d/ }).click();
			const row = page.getByRole('button', { name: /^Row/, expanded: true });
			await expect(row).toBeVisible();
			await expect(page.getByRole('main')).toContainText('target_not_allowed');
		});
	});

	test.describe('a repository that is not there', () => {
		test.use({ expectStatus: [502] });
		test('asks whether it exists, and names the audit row', async ({ page }) => {
			await signIn(page, 'admin');
			await fillIssue(page, { title: 'Nowhere', body: 'Text.', repo: 'nope' });
			await page.getByRole('button', { name: 'Open propose panel' }).click();
			await page.getByRole('button', { name: 'Preview action' }).click();
			await page.getByRole('button', { name: 'Approve & execute' }).click();
			const sheet = page.getByRole('region', { name: 'Outcome' });
			await expect(sheet).toContainText('Does acme/nope exist, and may the token see it?');
			await expect(sheet.getByRole('link', { name: /^#\d/ })).toBeVisible();
		});
	});
});

test.describe('By keyboard alone', () => {
	test('[hidden-text-holds] Ctrl+Enter twice, x for the notice, Ctrl+Shift+Enter approves', async ({ page }) => {
		await signIn(page, 'admin');
		await fillIssue(page, { title: 'By\u200bkeyboard', body: 'Text.' });
		await page.keyboard.press('Control+Enter');
		await expect(page.getByRole('region', { name: 'Propose panel' }).getByRole('heading')).toBeFocused();
		await page.keyboard.press('Control+Enter');
		await expect(
			page
				.getByRole('region', { name: /decide/i })
				.getByRole('heading', { level: 2 })
				.first(),
		).toBeFocused();
		const approve = page.getByRole('button', { name: 'Approve & execute' });
		await page.keyboard.press('Control+Shift+Enter');
		await expect(approve).toHaveAttribute('aria-disabled', 'true');
		await expect(page.getByRole('checkbox', { name: /^I have seen it/ })).toBeFocused();
		await expect(page.getByRole('status')).toHaveText('Tick notice 1 to approve.');
		await page.keyboard.press('x');
		await expect(approve).not.toHaveAttribute('aria-disabled', 'true');
		// The sheet must have been shown for a second before a key may approve.
		await expect(async () => {
			await page.keyboard.press('Control+Shift+Enter');
			await expect(page.getByRole('heading', { name: /Issue opened/ })).toBeFocused({ timeout: 500 });
		}).toPass();
	});

	test.describe('a refused preview', () => {
		test.use({ expectStatus: [422, 403] });
		test('leads to the field that is wrong', async ({ page }) => {
			await signIn(page, 'admin');
			await fillIssue(page, { title: 'T', body: 'An open comment <!-- hides the footer' });
			await page.keyboard.press('Control+Enter');
			await page.keyboard.press('Control+Enter');
			await expect(page.getByRole('textbox', { name: 'Body' })).toBeFocused();
			await expect(page.getByRole('textbox', { name: 'Body' })).toHaveAttribute('aria-invalid', 'true');
		});

		test('that no field is the reason of leads to what it says', async ({ page, baseURL }) => {
			const dispatch = (data: { enabled: boolean; reason: string }) =>
				page.request.put('/api/agent-dispatch?tenant=demo', { data, headers: { origin: baseURL ?? '' } });
			await signIn(page, 'admin');
			await fillIssue(page, { title: 'T', body: 'Text.' });
			await page.keyboard.press('Control+Enter');
			const panel = page.getByRole('region', { name: 'Propose panel' });
			await expect(panel.getByRole('heading')).toBeFocused();
			await dispatch({ enabled: false, reason: 'Meanwhile' });
			await page.keyboard.press('Control+Enter');
			await expect(panel.getByRole('heading', { name: 'Nothing can be proposed or executed in demo' })).toBeFocused();
			await dispatch({ enabled: true, reason: 'The test is over' });
		});
	});

	test('g a goes to the audit log, / to its filter, j and Enter open a row; ? lists the keys', async ({ page }) => {
		await signIn(page, 'admin');
		await expect(page.getByRole('button', { name: 'Open propose panel' })).toBeVisible();
		await page.keyboard.press('g');
		await page.keyboard.press('a');
		await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible();
		const rows = page.getByRole('button', { name: /^Row/ });
		await expect(rows.first()).toBeVisible();
		await page.keyboard.press('j');
		await page.keyboard.press('j');
		await expect(rows.nth(1)).toBeFocused();
		await page.keyboard.press('Enter');
		await expect(rows.nth(1)).toHaveAttribute('aria-expanded', 'true');
		await page.keyboard.press('?');
		await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
		await page.keyboard.press('Escape');
		await expect(page.getByRole('dialog')).toHaveCount(0);
		await page.keyboard.press('/');
		await expect(page.getByRole('combobox', { name: 'Action (exact)' })).toBeFocused();
	});
});
