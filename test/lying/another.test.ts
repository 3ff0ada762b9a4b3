import { afterAll, beforeAll, expect, test } from 'vitest';
import { issue, proposed } from '#test/support/portal';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.close());

test.each([true, false])(
	'[no-false-verdict] the answer to an earlier write confirms no later one (which was written: %s)',
	async (written) => {
		const first = await proposed(stage.admin, issue(`The first, before ${written}`));
		const { body } = await stage.admin.post('/api/mcp/execute?tenant=demo', first);
		expect(body).toMatchObject({ ok: true });
		const { url } = body.artifact;
		const said = JSON.stringify({ id: '9001', url });
		await stage.play({
			what: 'the address of an earlier write',
			title: 'the address of an earlier write',
			wrote: 'either',
			written,
			end: 'INDETERMINATE',
			reason: /another write/,
			say: (turn) => turn.sse(turn.result(said)),
		});
	},
);
