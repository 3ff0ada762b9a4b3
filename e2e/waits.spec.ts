import type { Page } from '@playwright/test';
import { expect, expectNoAxeViolations, fillIssue, signIn, test } from './portal.ts';

const json = (status: number, body: object, headers: Record<string, string> = {}) => ({
	status,
	headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers },
	body: JSON.stringify(body),
});

async function toPanel(page: Page, title: string): Promise<void> {
	await fillIssue(page, { title, body: 'Text.' });
	await page.getByRole('button', { name: 'Open propose panel' }).click();
}
async function toSheet(page: Page, title: string): Promise<void> {
	await toPanel(page, title);
	await page.getByRole('button', { name: 'Preview action' }).click();
	await expect(page.getByRole('button', { name: 'Approve & execute' })).toBeVisible();
}

/** All that live regions and alerts have said from now on. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
	await page.evaluate(() => {
		const said: string[] = [];
		Object.assign(globalThis, { said });
		new MutationObserver((changes) => {
			for (const { target } of changes) {
				const element = target instanceof Element ? target : target.parentElement;
				const region = element?.closest('[aria-live], [role="status"], [role="alert"]');
				if (region && !element?.closest('[aria-hidden="true"]')) said.push(region.textContent ?? '');
			}
		}).observe(document.body, { subtree: true, childList: true, characterData: true });
	});
	return () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
}

test.describe('A wait', () => {
	test.use({ expectStatus: [429] });

	test('for the write budget: when it is possible again, without chatter; then the same approval goes through', async ({
		page,
	}) => {
		await signIn(page, 'admin');
		await toSheet(page, 'Waits for the budget');
		await page.route('**/api/mcp/execute*', (route) =>
			route.fulfill(
				json(
					429,
					{
						code: 'write_budget_exhausted',
						detail: 'The account has used up its writes of this minute. Nothing was sent.',
						requestId: 'r1',
						auditSeq: 7,
					},
					{ 'retry-after': '4' },
				),
			),
		);
		await page.getByRole('button', { name: 'Approve & execute' }).click();
		const outcome = page.getByRole('region', { name: 'Outcome' });
		await expect(outcome.getByRole('heading', { level: 2 })).toHaveText(
			/The write budget is used up\. Ready again in \d s/,
		);
		const said = await listen(page);
		const approve = outcome.getByRole('button', { name: /^Approve & execute at \d\d:\d\d:\d\d UTC/ });
		await expect(approve).toHaveAttribute('aria-disabled', 'true');
		await expectNoAxeViolations(page);
		await page.unroute('**/api/mcp/execute*');
		const ready = outcome.getByRole('button', { name: 'Approve & execute', exact: true });
		await expect(ready).not.toHaveAttribute('aria-disabled', 'true');
		expect(new Set(await said())).toEqual(new Set(['You can approve again now.']));
		await ready.click();
		await expect(page.getByRole('heading', { name: /Issue opened/ })).toBeVisible();
	});

	test('for the rate limit blocks the preview until it is over', async ({ page }) => {
		await signIn(page, 'admin');
		await toPanel(page, 'Waits for the limit');
		await page.route('**/api/mcp/propose*', (route) =>
			route.fulfill(
				json(429, { code: 'rate_limited', detail: 'Too many requests.', requestId: 'r1' }, { 'retry-after': '75' }),
			),
		);
		await page.getByRole('button', { name: 'Preview action' }).click();
		const panel = page.getByRole('region', { name: 'Propose panel' });
		await expect(panel).toContainText(/Ready again in 1 min 1\d s/);
		await expect(panel.getByRole('button', { name: 'Preview action' })).toHaveAttribute('aria-disabled', 'true');
		await expectNoAxeViolations(page);
	});
});

test.describe('A page that has to wait', () => {
	test.use({ expectStatus: [429] });

	test('counts down for the eye, and says nothing to a screen reader before it is over', async ({ page }) => {
		await page.route('**/api/targets*', (route) =>
			route.fulfill(
				json(429, { code: 'rate_limited', detail: 'Too many requests.', requestId: 'r1' }, { 'retry-after': '5' }),
			),
		);
		await signIn(page, 'admin', '/t/demo/settings/targets');
		await expect(page.getByRole('button', { name: /^Try again at \d\d:\d\d:\d\d UTC/ })).toBeVisible();
		await expectNoAxeViolations(page);
		const said = await listen(page);
		await expect(page.getByText('Ready again in 2 s')).toBeVisible();
		expect(await said()).toEqual([]);
		await page.unroute('**/api/targets*');
		await page.getByRole('button', { name: 'Try again', exact: true }).click();
		await expect(page.getByRole('heading', { name: 'Allowed targets' })).toBeVisible();
	});
});

test.describe('An outcome that is not known', () => {
	test.use({ expectStatus: [502] });
	const id = '01a20e4a-0000-7000-8000-000000000001';
	const execution = (argsSha: string, more: object) => ({
		id,
		state: 'INDETERMINATE',
		code: 'outcome_unknown',
		reason: 'The answer was lost.',
		argsSha,
		provider: 'github',
		tool: 'issue_write',
		method: 'create',
		target: { owner: 'acme', repo: 'payments-api' },
		artifact: null,
		who: 'Ada Lind',
		login: 'acme-sarc-bot',
		when: new Date(Date.now() - 30_000).toISOString(),
		settledAt: null,
		settlement: null,
		auditSeq: 1,
		nextCheckAt: new Date(Date.now() + 30_000).toISOString(),
		checks: 2,
		claimed: null,
		...more,
	});

	test('[unknown-not-failed] says when the next look is, and what comes after; proved absent says how', async ({
		page,
	}) => {
		await signIn(page, 'admin');
		let sha = '';
		let absent = false;
		await page.route('**/api/mcp/execute*', (route) => {
			sha = route.request().postDataJSON().argsSha;
			return route.fulfill(json(502, { code: 'outcome_unknown', detail: 'Lost.', requestId: 'r1', executionId: id }));
		});
		await page.route(`**/api/mcp/executions/${id}*`, (route) =>
			route.fulfill(
				json(
					200,
					execution(
						sha,
						absent
							? {
									state: 'ABSENT',
									code: null,
									checks: 5,
									nextCheckAt: null,
									settlement: 'reconciled',
									reason: 'Whatever the words of the proof are.',
								}
							: {},
					),
				),
			),
		);
		await toSheet(page, 'Not known');
		await page.getByRole('button', { name: 'Approve & execute' }).click();
		const outcome = page.getByRole('region', { name: 'Outcome' });
		await expect(outcome).toContainText('Not found yet, 2 of 5 looks so far');
		await expect(outcome).toContainText(/Next look at \d\d:\d\d:\d\d UTC/);
		await expect(outcome).toContainText('Looks come 2 s, 10 s, 1 min, 5 min and 15 min after');
		await expect(outcome).toContainText('No proof either way: Needs a person');
		await expect(outcome.getByRole('button', { name: /Approve|Retry/ })).toHaveCount(0);
		await expectNoAxeViolations(page);
		absent = true;
		await expect(
			page.getByRole('heading', {
				name: 'Not written: looked twice, the last time 15 minutes after the sending',
			}),
		).toBeFocused();
		await expectNoAxeViolations(page);
	});

	test('of another set of labels holds this one back, and says whose', async ({ page }) => {
		await signIn(page, 'admin');
		await page.route('**/api/mcp/execute*', (route) =>
			route.fulfill(json(502, { code: 'outcome_unknown', detail: 'Lost.', requestId: 'r1', executionId: id })),
		);
		const other = { method: 'update', target: { owner: 'acme', repo: 'payments-api', number: 3 } };
		await page.route(`**/api/mcp/executions/${id}*`, (route) =>
			route.fulfill(json(200, execution('0'.repeat(64), other))),
		);
		await toSheet(page, 'Held back');
		await page.getByRole('button', { name: 'Approve & execute' }).click();
		await expect(
			page.getByRole('heading', {
				name: 'Held back: another set of labels for acme/payments-api#3 is not settled yet',
			}),
		).toBeFocused();
		await expect(page.getByRole('region', { name: 'Outcome' })).toContainText('Reading the labels that stand');
		await expectNoAxeViolations(page);
	});
});
