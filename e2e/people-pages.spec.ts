import type { Page } from '@playwright/test';
import { membersPath, password, rowOf } from './people.ts';
import { expect, expectNoAxeViolations, signIn, test } from './portal.ts';

for (const colorScheme of ['light', 'dark'] as const) {
	for (const [name, viewport] of [
		['wide', { width: 1280, height: 900 }],
		['phone', { width: 390, height: 844 }],
	] as const) {
		test.describe(`${colorScheme}, ${name}`, () => {
			test.use({ colorScheme, viewport, expectStatus: [404] });
			const check = async (page: Page) => {
				await expectNoAxeViolations(page);
				const overflow = await page.evaluate(
					() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
				);
				expect(overflow).toBe(0);
			};

			test('the join page in each of its states has no accessibility violation and does not scroll sideways', async ({
				page,
			}) => {
				await page.goto('/join');
				await expect(page.getByText('This page is for people who were sent a one-time link')).toBeVisible();
				await check(page);
				await page.goto('/join#not-a-link-of-this-portal');
				await page.getByRole('button', { name: 'Join' }).click();
				await expect(page.getByText('Give a password.')).toBeVisible();
				await check(page);
				await page.getByRole('textbox', { name: 'Your name' }).fill('Maria');
				await page.getByLabel('Password', { exact: true }).fill(password);
				await page.getByRole('button', { name: 'Join' }).click();
				await expect(page.getByRole('heading', { name: 'This link cannot be used' })).toBeVisible();
				await check(page);
			});

			test('members, their form, link and dialogs have no accessibility violation and do not scroll sideways', async ({
				page,
			}) => {
				const email = `${colorScheme}.${name}.a-rather-long-address@subsidiary.acme.example`;
				await signIn(page, 'admin', membersPath);
				await page.getByRole('button', { name: 'Add a member' }).click();
				await page.getByRole('button', { name: 'Add member' }).click();
				await expect(page.getByText('Give the e-mail address')).toBeVisible();
				await check(page);
				await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
				await page.getByRole('textbox', { name: 'Name' }).fill('Somebody New');
				await page.getByRole('button', { name: 'Add member' }).click();
				await expect(page.getByRole('heading', { name: /cannot get it again/ })).toBeFocused();
				await expect(rowOf(page, email)).toBeVisible();
				await check(page);
				await rowOf(page, 'member@demo.local').getByRole('button', { name: 'Change role…' }).click();
				await page.getByRole('dialog').getByRole('radio', { name: /ADMIN/ }).check();
				await check(page);
				await page.keyboard.press('Escape');
				await rowOf(page, email).getByRole('button', { name: 'Withdraw…' }).click();
				await expect(page.getByRole('dialog')).toBeVisible();
				await check(page);
				await page.getByRole('button', { name: 'Withdraw link' }).click();
				await expect(rowOf(page, email)).toHaveCount(0);
			});

			test('a platform admin without a tenant is led to making one', async ({ page }) => {
				await page.route('**/api/me', async (route) => {
					const answer = await route.fetch();
					await route.fulfill({ json: { ...(await answer.json()), memberships: [] } });
				});
				await signIn(page, 'admin', '/');
				await expect(page.getByRole('heading', { name: /There is no tenant/ })).toBeVisible();
				await expect(page.getByRole('textbox', { name: 'E-mail of its first ADMIN' })).toHaveValue('admin@demo.local');
				await page.getByRole('button', { name: 'Make tenant' }).click();
				await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
				await check(page);
			});
		});
	}
}
