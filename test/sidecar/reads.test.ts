import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visibleRef } from '#core/proposal/marker';
import { issue } from '#test/support/portal';
import { drivers } from './drivers.ts';
import { type Stage, startStage } from './stage.ts';

describe.each(drivers)('what can be read back through $name', (driver) => {
	let stage: Stage;
	let web: string;
	beforeAll(async () => {
		stage = await startStage(driver);
		web = `${stage.deps.webUrl}/acme/payments-api`;
	});
	afterAll(() => stage.close());

	const at = (url: string) => stage.deps.upstream.artifactAt('github', stage.pat, url);

	test('an issue and a comment, each at its address', async () => {
		const request = await stage.proposed(issue('Read back', 'Fails when a<b.'));
		const { artifact } = (await stage.execute(request)).body;
		const read = await at(artifact.url);
		expect(read).toMatchObject({ ok: true, value: { url: artifact.url, author: 'acme-sarc-bot' } });
		// An issue's text comes cut, a comment's does not.
		expect(read.ok && read.value.text).not.toContain('sarc-mcp:');

		const place = { owner: 'acme', repo: 'payments-api', issue_number: Number(artifact.url.split('/').at(-1)) };
		const said = await stage.proposed({ ...place, body: 'Fails when a<b.' }, 'add_issue_comment');
		const commented = (await stage.execute(said)).body.artifact;
		const comment = await at(commented.url);
		expect(comment).toMatchObject({ ok: true, value: { url: commented.url, author: 'acme-sarc-bot' } });
		expect(comment.ok && comment.value.text).toContain(visibleRef(said.argsSha));

		const input = { target: { owner: 'acme', repo: 'payments-api' }, author: 'acme-sarc-bot' };
		const search = (argsSha: string) =>
			stage.deps.upstream.searchIssues('github', stage.pat, { ...input, text: visibleRef(argsSha) });
		expect(await search(request.argsSha)).toMatchObject({
			ok: true,
			value: [{ url: artifact.url, text: expect.stringContaining(visibleRef(request.argsSha)) }],
		});
		expect(await search('f'.repeat(64))).toEqual({ ok: true, value: [] });
	});

	test('what is not there is told apart from what cannot be read', async () => {
		const notFound = { ok: false, error: { kind: 'not_found' } };
		expect(await at(`${web}/issues/9999`)).toMatchObject(notFound);
		expect(await at(`${web}/issues/9999#issuecomment-1`)).toMatchObject(notFound);
		expect(await at(`${web}/issues/1#issuecomment-99999999`)).toMatchObject(notFound);
		expect(await at(`${web}-no/issues/1`)).toMatchObject(notFound);
		stage.github.faults.push({ kind: 'status', status: 502, match: { pathPattern: '/issues/1$' } });
		expect(await at(`${web}/issues/1`)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
		stage.github.faults.push({ kind: 'status', status: 410, match: { pathPattern: '/issues/1$' } });
		expect(await at(`${web}/issues/1`)).toMatchObject(notFound);
		expect(await stage.deps.upstream.artifactAt('github', `ghp_${'z'.repeat(36)}`, `${web}/issues/1`)).toMatchObject({
			ok: false,
			error: { kind: 'unauthorized' },
		});
	});

	test('an issue of a repository that has moved is given with the address that it has now', async () => {
		stage.github.addRepository('acme/old-place');
		stage.github.transferRepository('acme/old-place', 'acme/ledger');
		const url = `${stage.deps.webUrl}/acme/ledger/issues/1`;
		expect(await at(url.replace('ledger', 'old-place'))).toMatchObject({ ok: true, value: { url } });
	});
});
