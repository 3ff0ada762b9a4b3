import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTarget } from '#core/guardrails/target-allowed';
import { readTargetEntries } from '#core/guardrails/target-entries';
import { guard } from '#gateway/guard';
import type { GuardFacts } from '#gateway/ports/executions';
import { latestExecution } from '#test/support/latest-execution';
import { type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { addTenant, demoTenant, withRows } from './fixture.ts';
import { expectProblem } from './problem-shape.ts';

const TARGETS = '/api/targets?tenant=demo';
const PROPOSE = '/api/mcp/propose?tenant=demo';
const EXECUTE = '/api/mcp/execute?tenant=demo';

let test: TestPortal;
let tenantId: string;
let admin: Client;
beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
	tenantId = await demoTenant(test);
	admin = await test.as('admin');
});
afterAll(() => test.close());

async function allow(...entries: string[]): Promise<void> {
	const answer = await admin.put(TARGETS, { allow: entries });
	expect(answer.status, answer.text).toBe(200);
}

describe('the list', () => {
	it('is empty at first, and shows who set it and when, to those who may read settings', async () => {
		expect((await admin.get(TARGETS)).body).toEqual({ allow: [], by: null, at: null });
		const set = await admin.put(TARGETS, { allow: ['acme/payments-api', 'Acme/*'] });
		expect(set.body).toEqual({
			allow: ['acme/payments-api', 'Acme/*'],
			by: 'Ada Lind',
			at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
		});
		expect((await (await test.as('auditor')).get(TARGETS)).body).toEqual(set.body);
		expectProblem(await (await test.as('member')).get(TARGETS), 'role_required');
		await allow();
	});

	it('[one-row] leaves one row for each change: what it was, what it is, and why', async () => {
		await allow('acme/ledger');
		const [, rows] = await withRows(test, tenantId, () =>
			admin.put(TARGETS, { allow: ['acme/*', 'acme/ledger'], reason: 'Payments too' }),
		);
		expect(rows).toHaveLength(1);
		expect(rows[0]).toMatchObject({
			action: 'targets.set',
			ok: true,
			actor: { kind: 'user', role: 'ADMIN' },
			detail: { old: ['acme/ledger'], new: ['acme/*', 'acme/ledger'], why: 'Payments too' },
		});
		await allow();
	});

	it('keeps the first spelling of what differs by letter case alone', async () => {
		await allow('acme/Ledger', 'ACME/ledger', 'acme/*', 'Acme/*');
		expect((await admin.get(TARGETS)).body.allow).toEqual(['acme/Ledger', 'acme/*']);
		await allow();
	});

	const wrong: string[] = [
		'',
		'acme',
		'acme/',
		'/ledger',
		'*/*',
		'*',
		'*/ledger',
		'acme/**',
		'acme/led*',
		'acme/ledger/issues',
		'acme//ledger',
		'acme/..',
		'acme/.',
		'../acme',
		'-acme/ledger',
		' acme/ledger',
		'acme/ledger ',
		'acme/ledger\n',
		'acme/led ger',
		'acme/led%20ger',
		'acme/ledger#7',
		'аcme/ledger',
		'acme/ledger\u0000',
		'acme\\ledger',
		'https://github.com/acme/ledger',
		`${'a'.repeat(40)}/ledger`,
		`acme/${'a'.repeat(101)}`,
	];
	it.each(wrong)('takes no %j, names its place, and changes nothing', async (entry) => {
		const [answer, rows] = await withRows(test, tenantId, () =>
			admin.put(TARGETS, { allow: ['acme/payments-api', entry] }),
		);
		expectProblem(answer, 'invalid_request');
		expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(['allow.1']);
		expect(rows).toEqual([]);
		expect((await admin.get(TARGETS)).body.allow).toEqual([]);
	});

	it('takes a hundred entries and no more, and no key or kind that it does not know', async () => {
		const many = Array.from({ length: 100 }, (_, i) => `${'o'.repeat(36)}${i}/${'r'.repeat(97)}${i}`);
		await allow(...many);
		expect((await admin.get(TARGETS)).body.allow).toHaveLength(100);
		// The row of a change from the longest list to another as long still fits.
		await allow(...many.map((entry) => entry.toUpperCase()));
		await allow();
		for (const body of [
			{ allow: [...many, 'acme/ledger'] },
			{ allow: 'acme/ledger' },
			{ allow: [1] },
			{ allow: [], deny: [] },
			{ allow: null },
			{},
			{ allow: [], reason: '' },
		]) {
			expectProblem(await admin.put(TARGETS, body), 'invalid_request');
		}
		expect((await admin.get(TARGETS)).body.allow).toEqual([]);
	});
});

describe('[targets-narrow] a tenant that allows some targets writes nowhere else', () => {
	it('neither proposes nor executes, with a sentence that names the target and who can change it', async () => {
		const approved = await proposed(admin, issue('Approved before'));
		await allow('acme/ledger', 'other/*');
		const writes = test.sandbox.github.state.writes();
		const member = await test.as('member');
		for (const [client, path, body] of [
			[member, PROPOSE, { provider: 'github', tool: 'issue_write', args: issue('Not there') }],
			[admin, EXECUTE, approved],
		] as const) {
			const answer = await client.post(path, body);
			expectProblem(answer, 'target_not_allowed');
			expect(answer.body.detail).toContain('acme/payments-api');
			expect(answer.body.detail).toContain('An ADMIN says where it may, under Settings → Targets');
		}
		expect(test.sandbox.github.state.writes()).toBe(writes);
		await allow();
		expect((await admin.post(EXECUTE, approved)).status).toBe(200);
	});

	it('[one-row] leaves its row', async () => {
		const approved = await proposed(admin, issue('Its row'));
		await allow('acme/ledger');
		const [, rows] = await withRows(test, tenantId, () => admin.post(EXECUTE, approved));
		expect(rows).toMatchObject([
			{ action: 'mcp.tool.github.issue_write', ok: false, code: 'target_not_allowed', argsSha: approved.argsSha },
		]);
		await allow();
	});

	it('[switch-off] when another portal narrows it between check and reservation, nothing is reserved or sent', async () => {
		const approved = await proposed(admin, issue('Narrowed in between'));
		const { store } = test.portal.gateway;
		const real = store.executeFacts;
		const writes = test.sandbox.github.state.writes();
		const { database } = test.portal;
		store.executeFacts = async (...args) => {
			const facts = await real(...args);
			await database.query(`UPDATE tenant SET allowed_targets = '{acme/ledger,OTHER/*}' WHERE id = $1`, [tenantId]);
			return facts;
		};
		const answer = await admin.post(EXECUTE, approved).finally(() => {
			store.executeFacts = real;
		});
		expectProblem(answer, 'target_not_allowed');
		expect(answer.body.detail).toContain('Settings → Targets');
		expect(await latestExecution(store, tenantId, approved.argsSha)).toBeNull();
		expect(test.sandbox.github.state.writes()).toBe(writes);
		await allow();
	});

	it.each([['acme/payments-api'], ['ACME/Payments-API'], ['acme/*'], ['AcMe/*'], ['other/x', 'acme/payments-api']])(
		'%j lets a write to acme/payments-api through, also under lock',
		async (...entries) => {
			await allow(...entries);
			const answer = await admin.post(EXECUTE, await proposed(admin, issue(`Allowed by ${entries.join()}`)));
			expect(answer.status, answer.text).toBe(200);
			await allow();
		},
	);

	it.each(['acme/payments', 'acme/payments-api2', 'acm/*', 'acme-corp/*', 'payments-api/*', 'acme/payments_api'])(
		'%j does not',
		async (entry) => {
			await allow(entry);
			const write = { provider: 'github', tool: 'issue_write', args: issue('Near miss') };
			expectProblem(await admin.post(PROPOSE, write), 'target_not_allowed');
			await allow();
		},
	);

	it('[tenant-isolation] one tenant’s list is no other’s', async () => {
		const other = await addTenant(test, 'roomy');
		const { id } = (await admin.get('/api/me')).body.user;
		const member = { id: test.portal.gateway.ids.uuid(), tenantId: other, userId: id, role: 'ADMIN' } as const;
		await test.portal.store.addMember(member, { actor: { kind: 'system' } });
		await allow('acme/ledger');
		const write = { provider: 'github', tool: 'issue_write', args: issue('Elsewhere') };
		expect((await admin.post('/api/mcp/propose?tenant=roomy', write)).status).toBe(200);
		expectProblem(await admin.post(PROPOSE, write), 'target_not_allowed');
		await allow();
	});
});

describe('[targets-narrow] whatever the targets,', () => {
	const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,5}$/);
	const entry = fc.oneof(
		fc.tuple(name, name).map(([owner, repo]) => `${owner}/${repo}`),
		name.map((owner) => `${owner}/*`),
		fc.constantFrom('acme/*', 'acme/payments-api', 'Acme/Ledger', '*', '*/*', '', '__proto__', 'acme/payments-api/..'),
		fc.string(),
	);
	const value = fc.oneof(fc.string(), fc.constantFrom('acme', 'payments-api', 'create', 'update', null, 1, [], {}));
	const fits = fc.record({
		provider: fc.constant('github'),
		tool: fc.constant('issue_write'),
		args: fc.record({
			method: fc.constant('create'),
			owner: fc.constantFrom('acme', 'ACME', 'other'),
			repo: fc.constantFrom('payments-api', 'Payments-API', 'ledger'),
			title: fc.constantFrom('A title', 'Another', 'sarc-mcp:x'),
			body: fc.constantFrom('A body.', 'x', '<details>'),
		}),
	});
	const mayNot = fc.record({
		provider: fc.constantFrom('github', 'gitlab', ''),
		tool: fc.constantFrom('issue_write', 'add_issue_comment', 'merge_pull_request', 'get_me', 'create_issue', ''),
		args: fc.oneof(
			fc.record({
				owner: fc.constantFrom('acme', '..'),
				repo: fc.constant('ledger'),
				issue_number: fc.nat(),
				body: value,
			}),
			fc.dictionary(fc.string(), value),
		),
	});
	const request = fc.oneof(fits, mayNot);
	const caller = { tenant: { slug: 'demo' } } as Parameters<typeof guard>[0];
	const facts = (
		allowedTargets: readonly string[],
		on = true,
	): Pick<GuardFacts, 'gatewayOn' | 'dispatchOn' | 'allowedTargets'> => ({
		gatewayOn: on,
		dispatchOn: true,
		allowedTargets,
	});

	it('what is refused without any is refused, with the same code, and nothing more is let through', () => {
		const seen = { passed: 0, narrowed: 0, refused: 0 };
		fc.assert(
			fc.property(request, fc.array(entry, { maxLength: 5 }), fc.boolean(), (write, allowed, on) => {
				const asked = write as Parameters<typeof guard>[1];
				const open = guard(caller, asked, facts([], on));
				const narrowed = guard(caller, asked, facts(allowed, on));
				if (!open.ok) {
					seen.refused += 1;
					expect(narrowed).toEqual(open);
				} else if (narrowed.ok) {
					seen.passed += 1;
					expect(narrowed).toEqual(open);
				} else {
					seen.narrowed += 1;
					expect(narrowed.error.code).toBe('target_not_allowed');
				}
			}),
			{ numRuns: 3_000 },
		);
		for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
	});

	it('more entries never exclude more, and an entry that is kept is a name, never a pattern', () => {
		fc.assert(
			fc.property(fc.array(entry, { maxLength: 6 }), entry, name, name, (list, more, owner, repo) => {
				const target = { owner, repo };
				if (list.length > 0 && checkTarget(list, target).ok) expect(checkTarget([...list, more], target).ok).toBe(true);
				const read = readTargetEntries(list);
				if (read.ok) {
					for (const kept of read.value) expect(kept).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]*\/(?:\*|[A-Za-z0-9._-]+)$/);
					expect(checkTarget(read.value, target).ok).toBe(checkTarget(list, target).ok);
				}
			}),
			{ numRuns: 2_000 },
		);
	});
});
