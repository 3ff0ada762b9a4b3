import { join, linkFor, membersPath, otherBrowser, password, rowOf } from './people.ts';
import { expect, expectNoAxeViolations, signIn, test } from './portal.ts';

test.describe('From invitation to removal', () => {
	test('[link-once, secret-stays] an ADMIN invites, the person joins in another browser and sees the gateway; role and removal reach them at once', async ({
		page,
		context,
		browser,
		baseURL,
	}) => {
		const email = 'maria@acme.example';
		await context.grantPermissions(['clipboard-read', 'clipboard-write']);
		await signIn(page, 'admin', membersPath);
		await page.getByRole('button', { name: 'Add a member' }).click();
		await expect(page.getByRole('textbox', { name: 'E-mail' })).toBeFocused();
		await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
		await page.getByRole('textbox', { name: 'Name' }).fill('Maria Ek');
		await page.getByRole('button', { name: 'Add member' }).click();
		const once = page.getByRole('region', { name: 'One-time link' });
		await expect(once.getByRole('heading', { name: /cannot get it again/ })).toBeFocused();
		await once.getByRole('button', { name: 'Copy link' }).click();
		await expect(once.getByRole('button', { name: 'Copied' })).toBeVisible();
		const link = await page.evaluate(() => navigator.clipboard.readText());
		const secret = link.split('#')[1] ?? '';
		expect(secret.length).toBeGreaterThan(20);
		expect(await page.content()).not.toContain(secret);
		await once.getByRole('checkbox').check();
		await once.getByRole('button', { name: 'Done' }).click();
		await expect(rowOf(page, email)).toContainText('in 7 days');

		const theirs = await otherBrowser(browser, baseURL);
		const their = await theirs.newPage();
		const leaks: string[] = [];
		their.on('request', (request) => {
			const shown = `${request.url()} ${JSON.stringify(request.headers())}`;
			if (shown.includes(secret)) leaks.push(request.url());
		});
		their.on('console', (message) => {
			if (message.text().includes(secret)) leaks.push(message.text());
		});
		await join(their, link, '');
		expect(their.url()).toBe(`${baseURL}/join`);
		expect(await their.evaluate(() => JSON.stringify(history.state))).not.toContain(secret);
		await expect(their.getByRole('textbox', { name: 'Your name' })).toBeFocused();
		await expect(their.getByRole('textbox', { name: 'Your name' })).toHaveAttribute('aria-invalid', 'true');
		await their.getByRole('textbox', { name: 'Your name' }).fill('Maria Ek');
		await their.getByRole('button', { name: 'Join' }).click();
		await expect(their.getByRole('heading', { name: 'You are in demo now' })).toBeFocused();
		await expect(their.getByRole('textbox', { name: 'E-mail' })).toHaveValue(email);
		expect(leaks).toEqual([]);
		await their.getByLabel('Password').fill(password);
		await their.getByRole('button', { name: 'Sign in', exact: true }).click();
		await their.waitForURL('**/t/demo/admin/mcp');
		await expect(their.getByRole('button', { name: 'Open propose panel' })).toBeVisible();
		await expect(their.getByRole('link', { name: 'Members' })).toHaveCount(0);
		await their.goto(membersPath);
		await expect(their.getByText('The members are for ADMIN and AUDITOR')).toBeVisible();

		const third = await otherBrowser(browser, baseURL);
		const again = await third.newPage();
		await join(again, link, 'Somebody Else');
		await expect(again.getByRole('heading', { name: 'This link cannot be used' })).toBeFocused();
		await third.close();

		await page.reload();
		await rowOf(page, email).getByRole('button', { name: 'Change role…' }).click();
		const dialog = page.getByRole('dialog', { name: 'Change the role of Maria Ek in demo?' });
		await dialog.getByRole('radio', { name: /AUDITOR/ }).check();
		await expect(dialog).toContainText('They will read everything');
		await dialog.getByRole('button', { name: 'Make AUDITOR' }).click();
		await expect(dialog).toHaveCount(0);
		await expect(rowOf(page, email)).toContainText('AUDITOR');
		await expect(rowOf(page, email).getByRole('button', { name: 'Change role…' })).toBeFocused();
		await their.goto(membersPath);
		await expect(their.getByText('You are an AUDITOR here')).toBeVisible();
		await expect(rowOf(their, email)).toContainText('you');
		await expect(their.getByRole('button', { name: /Change role|Remove|Add a member/ })).toHaveCount(0);

		await rowOf(page, email).getByRole('button', { name: 'Remove…' }).click();
		const removal = page.getByRole('dialog', { name: 'Remove Maria Ek from demo?' });
		await expect(removal).toContainText('every API token that they made here stops working');
		await removal.getByRole('button', { name: 'Remove member' }).click();
		await expect(rowOf(page, email)).toHaveCount(0);
		await expect(page.getByRole('heading', { name: 'In the tenant' })).toBeFocused();
		await their.goto('/');
		await expect(their.getByRole('heading', { name: 'You are in no tenant' })).toBeVisible();
		await expect(their.getByText(email).first()).toBeVisible();
		await their.getByRole('button', { name: 'Sign out' }).click();
		await their.waitForURL('**/sign-in');
		await theirs.close();
	});

	test('[link-once] a new link stops the one before, and a withdrawn one stops too', async ({
		page,
		browser,
		baseURL,
	}) => {
		const email = 'twice@acme.example';
		await signIn(page, 'admin', membersPath);
		await expect(rowOf(page, 'member@demo.local')).toBeVisible();
		const first = await linkFor(page, email);
		await page.reload();
		await rowOf(page, email).getByRole('button', { name: 'New link…' }).click();
		const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
		await page.getByRole('dialog').getByRole('button', { name: 'Make new link' }).click();
		const second = ((await (await answered).json()) as { link: string }).link;
		await expect(page.getByRole('heading', { name: /cannot get it again/ })).toBeFocused();

		const theirs = await otherBrowser(browser, baseURL);
		const their = await theirs.newPage();
		await join(their, first, 'Early');
		await expect(their.getByRole('heading', { name: 'This link cannot be used' })).toBeVisible();

		await rowOf(page, email).getByRole('button', { name: 'Withdraw…' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Withdraw link' }).click();
		await expect(rowOf(page, email)).toHaveCount(0);
		// The page is there already: only the fragment changes.
		await join(their, second, 'Late');
		await expect(their.getByRole('heading', { name: 'This link cannot be used' })).toBeVisible();
		await theirs.close();
	});
});

test.describe('Refusals about people', () => {
	test.use({ expectStatus: [409] });

	test('[last-admin] the only ADMIN cannot be changed or removed, and why stands beside', async ({ page }) => {
		await signIn(page, 'admin', membersPath);
		for (const name of [/^Change role…/, /^Remove…/]) {
			const button = rowOf(page, 'admin@demo.local').getByRole('button', { name });
			await expect(button).toHaveAttribute('aria-disabled', 'true');
			await expect(button).toHaveAccessibleDescription(/The only ADMIN/);
			await button.click({ force: true });
			await expect(page.getByRole('dialog')).toHaveCount(0);
		}
		await expect(rowOf(page, 'member@demo.local').getByRole('button', { name: /^Change role…/ })).not.toHaveAttribute(
			'aria-disabled',
			'true',
		);
	});

	test('[last-admin] who became the only ADMIN since the list was read is kept, and the dialog says why', async ({
		page,
	}) => {
		// The list as it was while there was a second one.
		await page.route('**/api/members?*', async (route) => {
			const answer = await (await route.fetch()).json();
			await route.fulfill({
				json: { ...answer, members: answer.members.map((one: object) => ({ ...one, role: 'ADMIN' })) },
			});
		});
		await signIn(page, 'admin', membersPath);
		await rowOf(page, 'admin@demo.local').getByRole('button', { name: 'Remove…' }).click();
		const removal = page.getByRole('dialog', { name: 'Remove yourself from demo?' });
		await expect(removal).toContainText('every link that you made');
		await removal.getByRole('button', { name: 'Stay in demo' }).click();
		await rowOf(page, 'admin@demo.local').getByRole('button', { name: 'Change role…' }).click();
		const dialog = page.getByRole('dialog', { name: 'Change your role in demo?' });
		await expect(dialog.getByRole('button', { name: 'Change role' })).toHaveAttribute('aria-disabled', 'true');
		await dialog.getByRole('radio', { name: /MEMBER/ }).check();
		await expect(dialog).toContainText('This is you.');
		await dialog.getByRole('button', { name: 'Make MEMBER' }).click();
		await expect(dialog.getByRole('heading', { name: 'demo would have no ADMIN left' })).toBeVisible();
		await expectNoAxeViolations(page);
		await dialog.getByRole('button', { name: 'Keep ADMIN' }).click();
		await expect(rowOf(page, 'admin@demo.local')).toContainText('ADMIN');
	});

	test('somebody who is in already is told beside the e-mail', async ({ page }) => {
		await signIn(page, 'admin', membersPath);
		await page.getByRole('button', { name: 'Add a member' }).click();
		await page.getByRole('textbox', { name: 'E-mail' }).fill('member@demo.local');
		await page.getByRole('textbox', { name: 'Name' }).fill('Ben');
		await page.getByRole('button', { name: 'Add member' }).click();
		const field = page.getByRole('textbox', { name: 'E-mail' });
		await expect(field).toBeFocused();
		await expect(field).toHaveAccessibleDescription(/This person is in demo already/);
	});
});

test.describe('Without a clipboard, as over plain http', () => {
	test('[link-once] the link is shown, selected, and can be copied by hand', async ({ page }) => {
		await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
		await signIn(page, 'admin', membersPath);
		await page.getByRole('button', { name: 'Add a member' }).click();
		await page.getByRole('textbox', { name: 'E-mail' }).fill('plain@acme.example');
		await page.getByRole('textbox', { name: 'Name' }).fill('Pia Lane');
		const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
		await page.getByRole('button', { name: 'Add member' }).click();
		const { link } = (await (await answered).json()) as { link: string };
		const once = page.getByRole('region', { name: 'One-time link' });
		const field = once.getByRole('textbox', { name: 'The link' });
		// Not before it is asked for.
		await expect(field).toHaveCount(0);
		await once.getByRole('button', { name: 'Copy link' }).click();
		await expect(field).toHaveValue(link);
		await expect(field).toBeFocused();
		expect(await page.evaluate(() => getSelection()?.toString())).toBe(link);
		await expect(once.getByText(/copy it/)).toBeVisible();
		await expectNoAxeViolations(page);

		// Nor when the browser refuses the old way too: then it is selected and the reader is told to copy it.
		await page.evaluate(() => {
			document.execCommand = () => false;
		});
		await once.getByRole('button', { name: 'Copy link' }).click();
		await expect(once.getByText('Select the text here and copy it yourself')).toBeVisible();
		await expect(field).toHaveValue(link);
		await expect(field).toBeFocused();
		await once.getByRole('checkbox').check();
		await once.getByRole('button', { name: 'Done' }).click();
		await rowOf(page, 'plain@acme.example').getByRole('button', { name: 'Withdraw…' }).click();
		await page.getByRole('button', { name: 'Withdraw link' }).click();
		await expect(rowOf(page, 'plain@acme.example')).toHaveCount(0);
	});
});

test.describe('Tenants', () => {
	test.use({ expectStatus: [409] });

	test('a platform admin makes one for themselves and is led into it; a slug can be had once', async ({ page }) => {
		await signIn(page, 'admin');
		await page.getByRole('button', { name: /Switch tenant/ }).click();
		await page.getByRole('link', { name: 'New tenant' }).click();
		await expect(page.getByRole('heading', { level: 1, name: 'New tenant' })).toBeVisible();
		await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ledger Team');
		await expect(page.getByRole('textbox', { name: 'Slug' })).toHaveValue('ledger-team');
		await page.getByRole('textbox', { name: 'Slug' }).fill('demo');
		await page.getByRole('button', { name: 'Make tenant' }).click();
		await expect(page.getByRole('textbox', { name: 'Slug' })).toBeFocused();
		await expect(page.getByRole('textbox', { name: 'Slug' })).toHaveAccessibleDescription(
			/Another tenant has this slug/,
		);
		await page.getByRole('textbox', { name: 'Slug' }).fill('ledger-team');
		await page.getByRole('button', { name: 'Make tenant' }).click();
		await page.waitForURL('**/t/ledger-team/admin/mcp');
		await expect(page.getByText('You are ADMIN here').first()).toBeVisible();
		await page.getByRole('button', { name: /^Ledger Team.*Switch tenant/ }).click();
		await expect(page.getByRole('link', { name: /^Ledger Team.*ledger-team/ })).toBeVisible();
	});

	test('whose first ADMIN is somebody new is joined by a link', async ({ page, browser, baseURL }) => {
		await signIn(page, 'admin', '/new-tenant');
		await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Other Team');
		await page.getByRole('textbox', { name: 'E-mail of its first ADMIN' }).fill('olga@other.example');
		const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/tenants'));
		await page.getByRole('button', { name: 'Make tenant' }).click();
		const { link } = (await (await answered).json()) as { link: string };
		await expect(page.getByRole('heading', { name: /cannot get it again/ })).toBeFocused();
		expect(await page.content()).not.toContain(link.split('#')[1]);

		const theirs = await otherBrowser(browser, baseURL);
		const their = await theirs.newPage();
		await join(their, link, 'Olga Brandt');
		await expect(their.getByRole('heading', { name: 'You are in other-team now' })).toBeVisible();
		await their.getByLabel('Password').fill(password);
		await their.getByRole('button', { name: 'Sign in', exact: true }).click();
		await their.waitForURL('**/t/other-team/admin/mcp');

		// An account of another tenant’s making: its password has to be proved here.
		const second = await linkFor(their, 'pia@other.example', 'other-team');
		const pias = await otherBrowser(browser, baseURL);
		const pia = await pias.newPage();
		await join(pia, second, 'Pia');
		await expect(pia.getByRole('heading', { name: 'You are in other-team now' })).toBeVisible();
		const third = await linkFor(page, 'pia@other.example');
		await pia.goto(third);
		await pia.getByRole('textbox', { name: 'Your name' }).fill('Not Pia');
		await pia.getByLabel('Password', { exact: true }).fill('a wrong sentence');
		await pia.getByRole('button', { name: 'Join' }).click();
		await expect(pia.getByRole('heading', { name: /has an account: give its password/ })).toBeVisible();
		const field = pia.getByLabel('Password of your account');
		await expect(field).toBeFocused();
		await pia.getByRole('button', { name: 'Join' }).click();
		await expect(field).toHaveAccessibleDescription(/not the password/);
		await field.fill(password);
		await pia.getByRole('button', { name: 'Join' }).click();
		await expect(pia.getByRole('heading', { name: 'You are in demo now' })).toBeVisible();
		await pias.close();
		await theirs.close();
	});
});
