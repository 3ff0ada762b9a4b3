import { type Account, expect, expectNoAxeViolations, signIn, test } from './portal.ts';

const pages: [path: string, account: Account, heading: string | RegExp][] = [
	['/t/demo/admin/mcp', 'admin', 'MCP Gateway'],
	['/t/demo/admin/mcp', 'auditor', 'MCP Gateway'],
	['/t/demo/audit-log', 'auditor', 'Audit log'],
	['/t/demo/settings', 'auditor', 'Settings'],
	['/t/demo/settings/kill-switch', 'auditor', 'Kill-switch'],
	['/t/demo/settings/integrations', 'member', 'Integrations'],
	['/t/demo/settings', 'admin', 'Settings'],
	['/t/demo/settings/integrations', 'admin', 'Integrations'],
	['/t/demo/settings/kill-switch', 'admin', 'Kill-switch'],
	['/t/demo/settings/api-tokens', 'admin', /tokens/i],
	['/t/demo/settings/targets', 'admin', 'Targets'],
	['/t/demo/settings/targets', 'auditor', 'Targets'],
	['/t/demo/settings/targets', 'member', 'Targets'],
	['/t/demo/admin/mcp?state=NEEDS_HUMAN', 'member', 'MCP Gateway'],
];

for (const colorScheme of ['light', 'dark'] as const) {
	for (const [name, viewport] of [
		['wide', { width: 1280, height: 900 }],
		['phone', { width: 390, height: 844 }],
	] as const) {
		test.describe(`${colorScheme}, ${name}`, () => {
			test.use({ colorScheme, viewport });

			test('sign-in and a page of an error code have no accessibility violation', async ({ page }) => {
				await page.goto('/sign-in');
				await expect(page.getByRole('textbox', { name: 'E-mail' })).toBeVisible();
				await expectNoAxeViolations(page);
				await page.goto('/errors/rate_limited');
				await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
				await expectNoAxeViolations(page);
			});

			for (const [path, account, heading] of pages) {
				test(`${path} as ${account} has no accessibility violation and does not scroll sideways`, async ({ page }) => {
					await signIn(page, account, path);
					await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
					await page.waitForLoadState('networkidle');
					await expectNoAxeViolations(page);
					const overflow = await page.evaluate(
						() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
					);
					expect(overflow).toBe(0);
				});
			}
		});
	}
}

test('works at 320 px', async ({ page }) => {
	await page.setViewportSize({ width: 320, height: 700 });
	await signIn(page, 'admin');
	await expect(page.getByRole('button', { name: 'Open propose panel' })).toBeVisible();
	const overflow = await page.evaluate(
		() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
	);
	expect(overflow).toBe(0);
});
