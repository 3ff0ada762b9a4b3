import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executionState } from '#api/contract/schemas';
import type { ExecutionState } from '#core/execution/state';
import { type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { expectProblem } from './problem-shape.ts';

const executionStates = executionState.options;
const LIST = '/api/mcp/executions?tenant=demo';

describe('the list of executions', () => {
	let test: TestPortal;
	let admin: Client;
	const byState = new Map<ExecutionState, string[]>();
	beforeAll(async () => {
		test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
		admin = await test.as('admin');
		for (let i = 0; i < 2 * executionStates.length; i++) {
			const body = await proposed(admin, issue(`One of many ${i}`));
			const { executionId } = (await admin.post('/api/mcp/execute?tenant=demo', body)).body;
			const state = executionStates[i % executionStates.length] as ExecutionState;
			await test.portal.database.query('UPDATE execution SET state = $2 WHERE id = $1', [executionId, state]);
			byState.set(state, [executionId, ...(byState.get(state) ?? [])]);
		}
	});
	afterAll(() => test.close());

	it.each(executionStates)('can be asked for those that are %s alone: newest first, page by page', async (state) => {
		const seen: string[] = [];
		let cursor = '';
		do {
			const { body, status } = await admin.get(`${LIST}&state=${state}&limit=1${cursor}`);
			expect(status).toBe(200);
			for (const execution of body.executions) {
				expect(execution.state).toBe(state);
				seen.push(execution.id);
			}
			cursor = body.next === null ? '' : `&cursor=${body.next}`;
		} while (cursor !== '');
		expect(seen).toEqual(byState.get(state));
	});

	it('holds all of them without a state, for a MEMBER and an AUDITOR too', async () => {
		for (const who of ['member', 'auditor'] as const) {
			const { body } = await (await test.as(who)).get(`${LIST}&limit=100`);
			expect(body.executions).toHaveLength(2 * executionStates.length);
			expect((await (await test.as(who)).get(`${LIST}&state=NEEDS_HUMAN`)).body.executions).toHaveLength(2);
		}
	});

	it.each(['needs_human', 'LOST', '', ' CONFIRMED', "x' OR 1=1 --"])('takes no state %j', async (state) => {
		expectProblem(await admin.get(`${LIST}&state=${encodeURIComponent(state)}`), 'invalid_request');
	});
});
