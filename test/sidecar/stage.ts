import { expect } from 'vitest';
import type { Deps } from '#gateway/deps';
import { reconcile } from '#gateway/reconcile';
import type { SandboxState } from '#sandbox/github/state';
import { passTime } from '#test/support/pass-time';
import { type Answer, auditRows, type Client, proposed, type TestPortal } from '#test/support/portal';
import type { Driver } from './drivers.ts';

type Request = Record<string, unknown> & { argsSha: string };

/** A whole portal on one of the servers, and what a test asks of it, of its log and of the GitHub behind. */
export interface Stage {
	readonly test: TestPortal;
	readonly admin: Client;
	readonly github: SandboxState;
	readonly deps: Deps;
	/** The credential that the portal writes with. */
	readonly pat: string;
	proposed(args: Record<string, unknown>, tool?: string): Promise<Request>;
	execute(request: Record<string, unknown>): Promise<Answer>;
	// biome-ignore lint/suspicious/noExplicitAny: an execution as the API answers it
	execution(id: string): Promise<any>;
	/** Rows of the log that carry these bytes' hash, oldest first. */
	// biome-ignore lint/suspicious/noExplicitAny: entries of every shape
	rowsOf(argsSha: string): Promise<any[]>;
	/** Lets the reconciler look at everything as often as it would within the next minutes: the third look searches too. */
	reconcile(): Promise<void>;
	/** How many artifacts carry this request's mark, in acme/payments-api and acme/ledger. A held write may land late. */
	expectWritten(request: Request, count: { here: number; ledger: number }): Promise<void>;
	/** No text that leaves the portal holds an address of a server, a credential or what was written. */
	expectNothingLeaks(text: string, request: Request): void;
	/** Sets another credential, tested as when an ADMIN sets it. */
	credential(token: string): Promise<Answer>;
	close(): Promise<void>;
}

export async function startStage(driver: Driver, env: Record<string, string> = {}): Promise<Stage> {
	const test = await driver.portal({ PORTAL_RATE_PER_MINUTE: '100000', ...env });
	const admin = await test.as('admin');
	const github = test.sandbox.github.state;
	const deps = test.portal.gateway;
	// One without the derived secrecy of the sandbox's own: the tests have to know it to look for it.
	const pat = `ghp_${'s'.repeat(36)}`;
	github.addToken({ token: pat, login: 'acme-sarc-bot', scopes: ['repo'] });
	const credential = (token: string) => admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token });
	expect((await credential(pat)).status).toBe(200);

	const carrying = (repo: string, argsSha: string): number =>
		github
			.issues('acme', repo)
			.flatMap(({ body, comments }) => [body, ...comments.map((comment) => comment.body)])
			.filter((body) => body.includes(argsSha)).length;

	return {
		test,
		admin,
		github,
		deps,
		pat,
		proposed: (args, tool = 'issue_write') => proposed(admin, args, { tool }),
		execute: (request) => admin.post('/api/mcp/execute?tenant=demo', request),
		execution: async (id) => (await admin.get(`/api/mcp/executions/${id}?tenant=demo`)).body,
		rowsOf: async (argsSha) => (await auditRows(admin)).filter((row) => row.argsSha === argsSha),
		async reconcile() {
			await passTime(test.portal.database.query, 100_000);
			await reconcile(deps);
		},
		expectWritten: ({ argsSha }, { here, ledger }) =>
			expect
				.poll(() => ({ here: carrying('payments-api', argsSha), ledger: carrying('ledger', argsSha) }), {
					timeout: 5_000,
				})
				.toEqual({ here, ledger }),
		expectNothingLeaks(text, { args }) {
			const { body, title = body } = args as { body: string; title?: string };
			const addresses = [test.sandbox.apiUrl, deps.webUrl].map((url) => new URL(url).host);
			const told = text.replaceAll(test.sandbox.upstream.webUrl, ''); // where an artifact is may be told
			for (const secret of [pat, 'github-sandbox.test', ...addresses, title, body]) {
				expect(told.includes(secret), `${secret} in ${told}`).toBe(false);
			}
		},
		credential,
		close: () => test.close(),
	};
}
