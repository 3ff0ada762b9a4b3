import type { Page } from '@playwright/test';
import { expect, expectNoAxeViolations, signIn, test } from './portal.ts';
import { dropLabels, labelsOf, openIssue, setLabels } from './sandbox.ts';

const field = (page: Page) => page.getByRole('textbox', { name: 'Labels that the issue shall have' });
const list = (page: Page) => page.getByRole('list', { name: 'Labels' });
const sheet = (page: Page) => page.getByRole('region', { name: /decide/i });

async function begin(page: Page, number: number): Promise<void> {
	await page.getByRole('button', { name: 'Labels', exact: true }).click();
	await page.getByRole('textbox', { name: 'Owner' }).fill('acme');
	await page.getByRole('textbox', { name: 'Repository' }).fill('payments-api');
	await page.getByRole('textbox', { name: 'Issue number' }).fill(String(number));
}

async function preview(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Open propose panel' }).click();
	await page.getByRole('button', { name: 'Preview action' }).click();
}

test.describe('A set of labels', () => {
	test('[approval-bound, read-back] shows what is added, removed and stays, is approved and stands there then', async ({
		page,
		request,
	}) => {
		const number = await openIssue(request, 'Labels, the plain way', ['bug', 'triage']);
		await signIn(page, 'admin');
		await begin(page, number);
		await field(page).pressSequentially('Bug,');
		await field(page).pressSequentially('security');
		await field(page).press('Enter');
		await expect(list(page).getByRole('listitem')).toHaveText(['Bug', 'security']);
		await preview(page);

		const names = sheet(page).getByRole('group', { name: 'The set of labels as it will stand on GitHub' });
		await expect(names.getByRole('listitem')).toHaveText(['bugstays', 'securityadded', 'triageremoved']);
		await expect(sheet(page)).toContainText('1 added, 1 removed');
		await expect(sheet(page).getByRole('list', { name: 'The labels now' }).getByRole('listitem')).toHaveText([
			'bug',
			'triage',
		]);
		await expect(sheet(page)).toContainText('this write carries no text');
		await expectNoAxeViolations(page);
		expect(await labelsOf(request, number)).toEqual(['bug', 'triage']);

		await page.getByRole('button', { name: 'Approve & execute' }).click();
		await expect(page.getByRole('heading', { name: `Labels set: acme/payments-api#${number}` })).toBeFocused();
		await expect(page.getByRole('region', { name: 'Outcome' })).toContainText('2 labels: 1 added, 1 removed');
		expect(await labelsOf(request, number)).toEqual(['bug', 'security']);
		await expect(page.getByRole('table').getByText('Set labels').first()).toBeVisible();
		await page.goto('/t/demo/audit-log');
		await expect(page.getByRole('row').filter({ hasText: 'Set labels' }).first()).toContainText(
			'mcp.tool.github.issue_write',
		);
	});

	test('the labels that would fall away are kept by one press, and previewed again', async ({ page, request }) => {
		const number = await openIssue(request, 'Labels, kept', ['bug', 'triage']);
		await signIn(page, 'admin');
		await begin(page, number);
		// What was typed and not added yet counts.
		await field(page).fill('question');
		await preview(page);
		await sheet(page).getByRole('button', { name: 'Keep the 2 and preview again' }).click();
		await expect(sheet(page)).toContainText('1 added, none removed');
		await page.getByRole('button', { name: 'Approve & execute' }).click();
		await expect(page.getByRole('heading', { name: /Labels set/ })).toBeVisible();
		expect(await labelsOf(request, number)).toEqual(['bug', 'question', 'triage']);

		// Once written, nothing of it is left to be written again, however the outcome is left.
		await page.keyboard.press('Escape');
		await expect(field(page)).toHaveValue('');
		await expect(list(page)).toHaveCount(0);
		await expect(page.getByRole('textbox', { name: 'Issue number' })).toHaveValue('');
		await expect(page.getByRole('textbox', { name: 'Repository' })).toHaveValue('payments-api');
		await page.reload();
		await expect(page.getByRole('textbox', { name: 'Repository' })).toHaveValue('payments-api');
		await expect(list(page)).toHaveCount(0);
	});

	test('a name with a comma is typed in quotes; names with odd spaces are drawn, and stay byte for byte', async ({
		page,
		request,
	}) => {
		const odd = ['good\u00a0first', 'two  spaces'];
		const number = await openIssue(request, 'Labels, odd ones', odd);
		await signIn(page, 'admin');
		await begin(page, number);
		await field(page).pressSequentially('"db, cache",bug');
		await field(page).press('Enter');
		await expect(list(page).getByRole('listitem')).toHaveText(['db, cache', 'bug']);
		await preview(page);
		await expect(sheet(page).getByText('U+00A0').first()).toBeVisible();
		await sheet(page).getByRole('button', { name: 'Keep the 2 and preview again' }).click();
		await expect(sheet(page)).toContainText('2 added, none removed');
		await expectNoAxeViolations(page);
		await page.getByRole('button', { name: 'Approve & execute' }).click();
		await expect(page.getByRole('heading', { name: /Labels set/ })).toBeVisible();
		expect((await labelsOf(request, number)).sort()).toEqual(['bug', 'db, cache', ...odd]);
	});

	test.describe('with a name that passes for another', () => {
		test.use({ expectStatus: [422] });
		test('is refused at the field, by that name', async ({ page, request }) => {
			const number = await openIssue(request, 'Labels, two spaces', ['bug']);
			await signIn(page, 'admin');
			await begin(page, number);
			await field(page).fill('bug,"two  spaces"');
			await preview(page);
			await expect(field(page)).toBeFocused();
			await expect(page.getByText(/only a label that stands on the issue already may stay as it is/)).toBeVisible();
		});
	});

	test('by keyboard: Enter and comma add, Backspace and Delete take off, several are pasted at once', async ({
		page,
		context,
	}) => {
		await context.grantPermissions(['clipboard-read', 'clipboard-write']);
		await signIn(page, 'admin');
		await begin(page, 1);
		await page.evaluate(() => navigator.clipboard.writeText('bug, good first issue\ntriage'));
		await field(page).focus();
		await page.keyboard.press('Control+v');
		await expect(list(page).getByRole('listitem')).toHaveText(['bug', 'good first issue', 'triage']);
		await page.keyboard.type('BUG,');
		await expect(page.getByText('“BUG” is in the list already.')).toBeVisible();
		await page.keyboard.press('Backspace');
		await expect(list(page).getByRole('listitem')).toHaveText(['bug', 'good first issue']);
		await page.keyboard.press('Shift+Tab');
		await expect(page.getByRole('button', { name: 'Take good first issue off' })).toBeFocused();
		await page.keyboard.press('Delete');
		await expect(page.getByRole('button', { name: 'Take bug off' })).toBeFocused();
		await page.keyboard.press('Enter');
		await expect(field(page)).toBeFocused();
		await expect(list(page)).toHaveCount(0);
	});

	test.describe('that somebody changed meanwhile', () => {
		test.use({ expectStatus: [409] });
		test('[state-as-seen] is not written over: it says so, keeps what was typed, and previews again', async ({
			page,
			request,
		}) => {
			const number = await openIssue(request, 'Labels, changed meanwhile', ['bug']);
			await signIn(page, 'admin');
			await begin(page, number);
			await field(page).fill('bug,security');
			await preview(page);
			await expect(sheet(page)).toContainText('1 added, none removed');
			await setLabels(request, number, ['bug', 'question']);
			await page.getByRole('button', { name: 'Approve & execute' }).click();

			const outcome = page.getByRole('region', { name: 'Outcome' });
			await expect(
				page.getByRole('heading', { name: 'Stopped: somebody changed the labels since you looked' }),
			).toBeFocused();
			await expect(outcome).toContainText('Your set is kept.');
			expect(await labelsOf(request, number)).toEqual(['bug', 'question']);
			await expectNoAxeViolations(page);
			await outcome.getByRole('button', { name: 'Preview again' }).click();
			await expect(sheet(page)).toContainText('1 added, 1 removed');
			await page.getByRole('button', { name: 'Approve & execute' }).click();
			await expect(page.getByRole('heading', { name: /Labels set/ })).toBeVisible();
			expect(await labelsOf(request, number)).toEqual(['bug', 'security']);
		});
	});

	test.describe('that GitHub drops without a word', () => {
		test.use({ expectStatus: [502, 409] });
		test('[read-back] is not called done; the next one for that issue is held back until it is settled', async ({
			page,
			request,
		}) => {
			const number = await openIssue(request, 'Labels, dropped', ['bug']);
			await signIn(page, 'admin');
			await dropLabels(request, number);
			await begin(page, number);
			await field(page).fill('security');
			await preview(page);
			await page.getByRole('button', { name: 'Approve & execute' }).click();
			const outcome = page.getByRole('region', { name: 'Outcome' });
			await expect(outcome.getByRole('heading', { name: /We are finding out/ })).toBeFocused();
			await expect(outcome).toContainText('Reading the labels that stand on the issue');
			await expect(outcome).not.toContainText(/Proved absent/);
			expect(await labelsOf(request, number)).toEqual(['bug']);

			await outcome.getByRole('button', { name: 'Back to the form' }).click();
			await field(page).fill('question');
			await preview(page);
			await page.getByRole('button', { name: 'Approve & execute' }).click();
			await expect(
				page.getByRole('heading', {
					name: `Held back: another set of labels for acme/payments-api#${number} is not settled yet`,
				}),
			).toBeFocused();
			await expect(outcome).toContainText('Nothing of yours');
			await expectNoAxeViolations(page);
		});
	});

	test.describe('that changes nothing', () => {
		test.use({ expectStatus: [422] });
		test('and an empty one are explained at the field', async ({ page, request }) => {
			const number = await openIssue(request, 'Labels, as they are', ['bug']);
			await signIn(page, 'admin');
			await begin(page, number);
			await page.getByRole('button', { name: 'Open propose panel' }).click();
			await expect(field(page)).toBeFocused();
			await expect(page.getByText(/All labels cannot be removed here/)).toBeVisible();
			await field(page).fill('BUG');
			await preview(page);
			await expect(field(page)).toBeFocused();
			await expect(
				page.getByText(/These are the labels that stand there already: nothing would change\./),
			).toBeVisible();
			await expectNoAxeViolations(page);
		});
	});

	test('[hidden-text-holds] a label with a look-alike letter is drawn and holds the approval', async ({
		page,
		request,
	}) => {
		const number = await openIssue(request, 'Labels, look-alike', ['bug']);
		await signIn(page, 'admin');
		await begin(page, number);
		await field(page).fill('b\u043eg');
		await preview(page);
		await expect(sheet(page).getByText('U+043E').first()).toBeVisible();
		await expect(page.getByRole('button', { name: 'Approve & execute' })).toHaveAttribute('aria-disabled', 'true');
		await page.getByRole('checkbox', { name: /I have seen it: Look-alike letters in label 1/ }).check();
		await expect(page.getByRole('button', { name: 'Approve & execute' })).not.toHaveAttribute('aria-disabled', 'true');
	});
});
