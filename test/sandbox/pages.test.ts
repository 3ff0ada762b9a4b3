import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
	world = await startWorld();
});
afterEach(() => world.close());

const marker = `<!-- sarc-mcp:${'ab'.repeat(32)} -->`;
const escapedMarker = `&lt;!-- sarc-mcp:${'ab'.repeat(32)} --&gt;`;
const body = `Fix it\n\n---\nApproved by Ada Lind (0a1b2c3d) via SARC MCP Gateway · ref sarc-mcp:${'ab'.repeat(8)}\n${marker}`;
const create = async (args: Record<string, unknown>): Promise<string> => {
	const made = await world.call('issue_write', {
		owner: 'acme',
		repo: 'ledger',
		method: 'create',
		title: 't',
		body,
		...args,
	});
	return (JSON.parse(made.text) as { url: string }).url;
};
const page = async (url: string) => (await fetch(url)).text();

test('the address that a write answers is a page with title, state, author, text, footer and the marker that is hidden in the source', async () => {
	const url = await create({ title: 'Fees are off' });
	const html = await page(url);
	for (const shown of ['Fees are off', '#3', 'Open', 'octo', 'Fix it', 'Approved by Ada Lind', 'Hidden in the source'])
		expect(html).toContain(shown);
	expect(html).toContain(escapedMarker);
	expect(html).toContain(body.replace(marker, escapedMarker));
});

test('a comment has its place on the page', async () => {
	const url = await create({});
	await world.call('add_issue_comment', { owner: 'acme', repo: 'ledger', issue_number: 3, body: `Said\n${marker}` });
	const { id } = world.github.state.comments('acme', 'ledger', 3)[0] ?? { id: 0 };
	expect(await page(url)).toContain(`id="issuecomment-${id}"`);
});

test('nothing that someone wrote becomes markup, and the page may run and load nothing', async () => {
	const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
	const url = await create({
		title: evil,
		body: `${evil}<!-- ${evil} -->`,
		labels: ['"><script>x()</script><img src=x onerror=y()>'],
	});
	for (const at of [url, url.replace(/\/issues\/3$/, ''), world.github.webUrl]) {
		const response = await fetch(at);
		const html = await response.text();
		expect(html).not.toMatch(/<script|<img/i);
		expect(response.headers.get('content-security-policy')).toMatch(
			/^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/,
		);
	}
});

test('the pages stand on another origin than the API, have a list per repository and an index, and only read', async () => {
	expect(new URL(world.github.webUrl).port).not.toBe(new URL(world.github.apiUrl).port);
	expect(await page(world.github.webUrl)).toContain('href="/acme/ledger"');
	expect(await page(`${world.github.webUrl}/acme/ledger`)).toContain('href="/acme/ledger/issues/1"');
	expect(await page(`${world.github.webUrl}/acme/ledger/issues`)).toContain('href="/acme/ledger/issues/1"');
	for (const path of [
		'/acme/nope',
		'/acme/ledger/issues/99',
		'/acme/ledger/issues/1x',
		'/acme/ledger/issues/1/x',
		'/%E0%A4%A',
	])
		expect((await fetch(`${world.github.webUrl}${path}`)).status).toBe(404);
	expect((await fetch(world.github.webUrl, { method: 'POST' })).status).toBe(405);
});
