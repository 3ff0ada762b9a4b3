import type { APIRequestContext, Page } from '@playwright/test';
import { expect, expectNoAxeViolations, signIn, test } from './portal.ts';
import { faultOnIssue, rewriteIssue } from './sandbox.ts';

const waiting = '/t/demo/admin/mcp?state=NEEDS_HUMAN';
const dialog = (page: Page) => page.getByRole('dialog');
const rows = (page: Page) => page.getByRole('table').getByRole('row').filter({ hasText: 'Needs a person' });

/** Writes an issue that GitHub puts elsewhere: nobody but a person can say what became of it. @returns where it stands */
async function writeElsewhere(page: Page, request: APIRequestContext, title: string, origin: string): Promise<string> {
	const args = { method: 'create', owner: 'acme', repo: 'payments-api', title, body: 'Text.' };
	const bytes = { provider: 'github', tool: 'issue_write', args };
	const post = (path: string, data: unknown) =>
		page.request.post(`/api/mcp/${path}?tenant=demo`, { data, headers: { origin } });
	const { argsSha } = await (await post('propose', bytes)).json();
	await faultOnIssue(request, { kind: 'redirect', to: 'acme/ledger' });
	const answer = await post('execute', { ...bytes, argsSha });
	expect(answer.status()).toBe(502);
	const newest = async () =>
		(await (await page.request.get('/api/mcp/executions?tenant=demo&limit=1')).json()).executions[0];
	// The first look gives it to a person.
	await expect.poll(async () => (await newest()).state, { timeout: 30_000 }).toBe('NEEDS_HUMAN');
	return (await newest()).claimed.url;
}

test.describe('What needs a person', () => {
	test.describe.configure({ mode: 'serial' });
	test.use({ expectStatus: [422] });

	test('[human-settles] is settled as happened where the portal can read it, with a reason and a row', async ({
		page,
		request,
		baseURL,
	}) => {
		await signIn(page, 'admin');
		await writeElsewhere(page, request, 'Settled: it happened', baseURL ?? '');
		await page.goto('/t/demo');
		await page.getByRole('link', { name: /^Show (it|them)$/ }).click();
		await expect(page).toHaveURL(/state=NEEDS_HUMAN/);
		await expect(page.getByRole('button', { name: 'Needs a person', exact: true })).toHaveAttribute(
			'aria-pressed',
			'true',
		);
		await expect(rows(page).first()).toContainText('outside the approved place');
		await expectNoAxeViolations(page);

		await rows(page).first().getByRole('button', { name: 'Settle…' }).click();
		await expect(dialog(page).getByRole('heading', { name: 'Was this written?' })).toBeFocused();
		await page.keyboard.press('Control+Enter');
		await expect(dialog(page).getByRole('radio', { name: /It happened/ })).toBeFocused();
		await dialog(page)
			.getByRole('radio', { name: /It happened/ })
			.check();
		const address = dialog(page).getByRole('textbox', { name: 'Address' });
		const claimed = await address.inputValue();
		await expect(address).toHaveValue(/\/acme\/ledger\/issues\/\d+$/);
		await address.fill(claimed.replace(/\d+$/, '1'));
		await dialog(page).getByRole('textbox', { name: 'How you know' }).fill('I opened it');
		await expectNoAxeViolations(page);
		await page.keyboard.press('Control+Enter');
		await expect(address).toBeFocused();
		await expect(address).toHaveAttribute('aria-invalid', 'true');
		await expectNoAxeViolations(page);

		await address.fill('https://github.example/acme/ledger/issues/1');
		await page.keyboard.press('Control+Enter');
		await expect(dialog(page)).toContainText('That is on github.example; this portal writes to');
		await expect(address).toBeFocused();

		await address.fill(`${claimed}/?from=mail`);
		await page.keyboard.press('Control+Enter');
		await expect(dialog(page).getByRole('heading', { name: 'Settled' })).toBeFocused();
		await expect(dialog(page)).toContainText('Confirmed');
		const row = dialog(page).getByRole('link', { name: /^#\d/ });
		await expect(row).toBeVisible();
		await expectNoAxeViolations(page);
		await row.click();
		await expect(page.getByRole('row').filter({ hasText: 'Open issue, settled by a person' }).first()).toBeVisible();
		await expect(page.getByText('I opened it').first()).toBeVisible();
	});

	test('[human-settles] that did not happen: a warning first; what turns up after all is offered as its address', async ({
		page,
		request,
		baseURL,
	}) => {
		await signIn(page, 'admin');
		await writeElsewhere(page, request, 'Settled: found after all', baseURL ?? '');
		await page.goto(waiting);
		await rows(page).first().getByRole('button', { name: 'Settle…' }).click();
		await dialog(page)
			.getByRole('radio', { name: /It did not happen/ })
			.check();
		await expect(dialog(page)).toContainText('it can be written a second time');
		await dialog(page).getByRole('textbox', { name: 'How you know' }).fill('I see nothing there');
		await page.keyboard.press('Escape');
		await expect(dialog(page)).toContainText('Close, and lose what you typed?');
		await dialog(page).getByRole('button', { name: 'Keep writing' }).click();
		await dialog(page).getByRole('button', { name: 'Record finding' }).click();
		await expect(dialog(page).getByRole('radio', { name: /It did not happen/ })).toHaveAttribute(
			'aria-invalid',
			'true',
		);
		await expectNoAxeViolations(page);
		await dialog(page).getByRole('button', { name: 'It happened there' }).click();
		await dialog(page).getByRole('button', { name: 'Record finding' }).click();
		await expect(dialog(page).getByRole('heading', { name: 'Settled' })).toBeFocused();
		await dialog(page).getByRole('button', { name: 'Close' }).click();
		await expect(dialog(page)).toHaveCount(0);
	});

	test('[human-settles] that did not happen and turns up nowhere is closed as not written, with a row', async ({
		page,
		request,
		baseURL,
	}) => {
		await signIn(page, 'admin');
		const url = await writeElsewhere(page, request, 'Settled: it did not happen', baseURL ?? '');
		await rewriteIssue(request, url, 'Nothing of what the portal wrote.');
		await page.goto(waiting);
		await rows(page).first().getByRole('button', { name: 'Settle…' }).click();
		await dialog(page)
			.getByRole('radio', { name: /It did not happen/ })
			.check();
		await dialog(page).getByRole('textbox', { name: 'How you know' }).fill('It was taken down by hand');
		await page.keyboard.press('Control+Enter');
		await expect(dialog(page).getByRole('heading', { name: 'Settled' })).toBeFocused();
		await expect(dialog(page)).toContainText('Not written');
		await expect(dialog(page).getByRole('link', { name: /^#\d/ })).toBeVisible();
		await dialog(page).getByRole('button', { name: 'Close' }).click();
		await page.goto('/t/demo/admin/mcp');
		await expect(page.getByRole('table').getByText('Settled by a person').first()).toBeVisible();
		await page.goto('/t/demo/audit-log?action=mcp.resolve.github.issue_write');
		await expect(page.getByRole('row').filter({ hasText: 'it did not happen' }).first()).toBeVisible();
	});

	test('[human-settles] is seen by an AUDITOR and a MEMBER, who are offered no button', async ({
		page,
		request,
		baseURL,
	}) => {
		await signIn(page, 'admin');
		const url = await writeElsewhere(page, request, 'Seen by others', baseURL ?? '');
		for (const account of ['auditor', 'member'] as const) {
			await signIn(page, account, waiting);
			await expect(rows(page).first()).toContainText('An ADMIN settles it');
			await expect(page.getByRole('button', { name: 'Settle…' })).toHaveCount(0);
			await rows(page)
				.first()
				.getByRole('button', { name: /^Execution/ })
				.click();
			const named = page.getByRole('link', { name: url });
			await expect(named).toHaveAttribute('href', url);
			await expect(named).toHaveAttribute('rel', /noopener/);
			await expect(page.getByRole('main')).toContainText('not verified');
			const notice = page.getByRole('heading', { name: /needs? a person$/ });
			await expect(notice).toBeVisible();
			await expectNoAxeViolations(page);
			if (account === 'auditor') continue;
			const form = await page.getByRole('form', { name: 'Create an issue' }).boundingBox();
			expect((await notice.boundingBox())?.y).toBeLessThan(form?.y ?? 0);
		}
	});

	test('an address that names the list opens at the list, on a phone too; the notice leads to it again', async ({
		page,
	}) => {
		await page.setViewportSize({ width: 390, height: 844 });
		// With the form above it, the list is out of view at the top of the page.
		await signIn(page, 'admin', `${waiting}#executions`);
		const list = page.getByRole('heading', { name: 'Recent executions' });
		await expect(rows(page).first()).toBeVisible();
		await expect(list).toBeInViewport();
		await page.evaluate(() => scrollTo(0, 0));
		await expect(list).not.toBeInViewport();
		await page.getByRole('link', { name: /^Show (it|them)$/ }).click();
		await expect(list).toBeInViewport();
	});
});
