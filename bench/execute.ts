import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { issue, type TestPortal } from '#test/support/portal';
import { median, say, timed } from './figures.ts';

const ROUNDS = 150;
const WARM_UP = 30;
const TOKEN = `ghp_${'b'.repeat(36)}`;

/**
 * (b) What the portal adds to a write: an execute through its API, less a call of the same tool that the MCP client makes
 * straight to the sidecar; in durable single-row commits of the same database, since each approval has to be one.
 */
export async function benchExecute(title: string, test: TestPortal, sidecarUrl: string, part = 'b'): Promise<void> {
	const admin = await test.as('admin');
	test.sandbox.github.state.addToken({ token: TOKEN, login: 'bench', scopes: ['repo'] });
	const client = new Client({ name: 'bench', version: '0' });
	const transport = new StreamableHTTPClientTransport(new URL(sidecarUrl), {
		requestInit: { headers: { authorization: `Bearer ${TOKEN}`, 'x-mcp-tools': 'issue_write' } },
	});
	await client.connect(transport);
	const { database } = test.portal;
	await database.query('CREATE TABLE bench_row (id bigint GENERATED ALWAYS AS IDENTITY, text text NOT NULL)');

	const rounds: { execute: number; direct: number; commit: number }[] = [];
	for (let round = 0; round < ROUNDS + WARM_UP; round++) {
		const args = issue(`Bench ${round}`);
		const request = { provider: 'github', tool: 'issue_write', args };
		const { argsSha } = (await admin.post('/api/mcp/propose?tenant=demo', request)).body;
		const commit = await timed(() => database.query('INSERT INTO bench_row (text) VALUES ($1)', ['x'.repeat(540)]));
		const direct = await timed(async () => {
			const result = await client.callTool({ name: 'issue_write', arguments: args });
			if (result.isError === true) throw new Error(JSON.stringify(result.content));
		});
		const execute = await timed(async () => {
			const answer = await admin.post('/api/mcp/execute?tenant=demo', { ...request, argsSha });
			if (answer.status !== 200) throw new Error(answer.text);
		});
		if (round >= WARM_UP) rounds.push({ execute, direct, commit });
	}
	await client.close();
	const commit = median(rounds.map((each) => each.commit));
	const added = median(rounds.map((each) => each.execute - each.direct));
	const direct = median(rounds.map((each) => each.direct));
	const whole = median(rounds.map((each) => each.execute));
	say(
		`(${part}) execute on ${title}: ${(whole / direct).toFixed(2)} times a direct call; adds ${(added / commit).toFixed(2)} durable commits to a direct call ` +
			`(${added.toFixed(2)} ms; a commit ${commit.toFixed(2)} ms, a direct call ${direct.toFixed(2)} ms here)`,
	);
}
