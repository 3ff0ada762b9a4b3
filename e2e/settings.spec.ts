import type { Page } from '@playwright/test';
import { expect, expectNoAxeViolations, fillIssue, signIn, test } from './portal.ts';

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
		await expect(dialog).not.toContainText('again');
		await dialog.getByRole('textbox').fill('The test is over');
		await dialog.getByRole('button', { name: /Switch on/ }).click();
		await expect(page.getByRole('switch', { name: /Agent dispatch/ })).toBeChecked();
		await expect(page.getByText('The test is over')).toBeVisible();
	});
});

/** The prerequisites as they would be with these changes to them. */
async function withPrereqs(page: Page, changes: Record<string, object>): Promise<void> {
	await page.route('**/api/mcp/prereqs?*', async (route) => {
		const answer = await (await route.fetch()).json();
		for (const [part, change] of Object.entries(changes)) Object.assign(answer[part], change);
		await route.fulfill({ json: { ...answer, ready: false } });
	});
}

const untested = { login: null, testedAt: null };

test.describe('A credential that was never tested', () => {
	test('is said to be set, not to work, on every page, and is tested from the strip', async ({ page }) => {
		await withPrereqs(page, { credential: untested });
		await signIn(page, 'admin');
		const strip = page.getByRole('list', { name: 'Prerequisites' });
		await expect(strip).toContainText('GitHub PAT is set, not tested yet');
		await expect(strip).not.toContainText('works');
		await expect(strip).not.toContainText('Ready to write');
		await expectNoAxeViolations(page);
		await page.goto('/t/demo/settings');
		const tile = page.getByRole('link', { name: /^Integrations/ });
		await expect(tile).toContainText('Set, not tested yet');
		await expect(tile).not.toContainText('Works');

		await page.goto('/t/demo/admin/mcp');
		await expect(strip).toContainText('not tested yet');
		await page.unroute('**/api/mcp/prereqs?*');
		await strip.getByRole('button', { name: 'Test' }).click();
		await expect(strip).toContainText('GitHub PAT works');
		await expect(strip).toContainText('acme-sarc-bot');
		await expect(strip).toContainText('Ready to write');
	});

	test('is said so under Integrations, where a test of it makes it known', async ({ page }) => {
		await page.route('**/api/credentials?*', async (route) => {
			const answer = await (await route.fetch()).json();
			await route.fulfill({ json: { credentials: [{ ...answer.credentials[0], ...untested }] } });
		});
		await signIn(page, 'admin', '/t/demo/settings/integrations');
		const card = page.getByRole('region', { name: 'GitHub credential' });
		await expect(card).toContainText('Set, not tested yet');
		await expect(card).toContainText('not known yet');
		await expect(card).not.toContainText('Works');
		await expectNoAxeViolations(page);
		await page.unroute('**/api/credentials?*');
		await card.getByRole('button', { name: 'Test' }).click();
		await expect(card).toContainText('Works');
		await expect(card).not.toContainText('Set, not tested yet');
	});
});

test.describe('A portal that is not connected to GitHub', () => {
	test('says so, which is not that GitHub is down, and promises no preview while a switch is off', async ({ page }) => {
		await withPrereqs(page, { upstream: { ok: false, configured: false } });
		await signIn(page, 'member');
		await expect(page.getByRole('heading', { name: 'GitHub is not connected to this portal' })).toBeVisible();
		await expect(page.getByText('does not answer')).toHaveCount(0);
		await expect(page.getByText(/a preview works/)).toBeVisible();
		await expect(page.getByRole('heading', { name: /you can preview/ })).toBeVisible();
		await expect(page.getByRole('list', { name: 'Prerequisites' })).not.toContainText('Ready to write');
		await expectNoAxeViolations(page);

		await page.unroute('**/api/mcp/prereqs?*');
		await withPrereqs(page, { upstream: { ok: false, configured: true }, agentDispatch: { ok: false } });
		await page.reload();
		await expect(page.getByRole('heading', { name: 'The GitHub MCP server does not answer' })).toBeVisible();
		await expect(page.getByRole('heading', { name: 'Nothing can be proposed or executed in demo' })).toBeVisible();
		await expect(page.getByText(/preview works|you can preview/)).toHaveCount(0);
	});

	test('says so under Integrations', async ({ page }) => {
		await withPrereqs(page, { upstream: { ok: false, configured: false } });
		await signIn(page, 'auditor', '/t/demo/settings/integrations');
		const server = page.getByRole('region', { name: 'GitHub MCP server' });
		await expect(server).toContainText('Not configured');
		await expect(server).toContainText('MCP_GITHUB_SERVER_URL');
		await expect(server).not.toContainText('Does not answer');
		await expectNoAxeViolations(page);
	});
});

test.describe('A token that cannot be tested', () => {
	test.use({ expectStatus: [503] });
	test('does not replace the present one, and the page says why', async ({ page }) => {
		await page.route('**/api/credentials/github?*', (route) =>
			route.fulfill({
				status: 503,
				contentType: 'application/problem+json',
				json: {
					code: 'provider_unreachable',
					status: 503,
					detail: 'The token cannot be tested. Nothing was stored; the present credential stays.',
					requestId: '019ab3c4-7d2e-7c41-9f10-3b5a8e6d2f17',
				},
			}),
		);
		await signIn(page, 'admin', '/t/demo/settings/integrations');
		await page.getByRole('button', { name: 'Replace…' }).click();
		await page.getByLabel('New token').fill('ghp_thisOneIsNotKnownToTheSandbox0000000');
		await page.getByRole('button', { name: 'Test and replace' }).click();
		await expect(page.getByRole('heading', { name: 'Not tested, so not stored' })).toBeVisible();
		await expect(page.getByText(/the present credential stays/)).toBeVisible();
		await expect(page.getByRole('region', { name: 'GitHub credential', exact: true })).toContainText('Works');
		await expect(page.getByRole('region', { name: 'GitHub credential', exact: true })).toContainText('acme-sarc-bot');
	});
});

test.describe('API tokens', () => {
	test('[token-bounded] one that approves cannot be chosen while its flag is off, and the form says why', async ({
		page,
	}) => {
		await page.route('**/api/flags?*', async (route) => {
			const answer = await (await route.fetch()).json();
			for (const one of answer.flags) if (one.flag === 'mcp.execute-tokens') one.effective = false;
			await route.fulfill({ json: answer });
		});
		await signIn(page, 'admin', '/t/demo/settings/api-tokens');
		const may = page.getByLabel('May');
		await expect(may.getByRole('option', { name: /read, propose, execute/ })).toBeDisabled();
		await expect(may.getByRole('option', { name: /\(read, propose\)/ })).toBeEnabled();
		await expect(may).toHaveAccessibleDescription(/mcp\.execute-tokens/);
		await page.unroute('**/api/flags?*');
		await page.reload();
		await expect(may.getByRole('option', { name: /read, propose, execute/ })).toBeEnabled();
		await expect(may).not.toHaveAccessibleDescription(/mcp\.execute-tokens/);
	});

	test('without a clipboard, as over plain http, a new one is shown to be copied by hand', async ({ page }) => {
		await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
		await signIn(page, 'admin', '/t/demo/settings/api-tokens');
		await page.getByRole('textbox', { name: 'Name' }).fill('by hand');
		const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
		await page.getByRole('button', { name: 'Create token' }).click();
		const { token } = (await (await answered).json()) as { token: string };
		await page.getByRole('button', { name: 'Copy token' }).click();
		const field = page.getByRole('textbox', { name: 'The token' });
		await expect(field).toHaveValue(token);
		await expect(field).toBeFocused();
		expect(await page.evaluate(() => getSelection()?.toString())).toBe(token);
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
