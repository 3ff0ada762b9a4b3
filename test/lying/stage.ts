import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { ExecutionState } from '#core/execution/state';
import { type RefusalCode, refusals } from '#core/refusals';
import { reconcile } from '#gateway/reconcile';
import { verifyChain } from '#gateway/verify-chain';
import { passTime } from '#test/support/pass-time';
import {
	type Answer,
	auditRows,
	type Client,
	issue,
	proposed,
	startPortal,
	type TestPortal,
} from '#test/support/portal';
import { type ScriptedServer, startScriptedServer, type Turn } from './scripted-server.ts';

/** One lie: what the server says, and what must come of it whether or not it did what it was asked to. */
export interface Lie {
	readonly what: string;
	/**
	 * Whether the artifact is there by then. `honest` is the text that a truthful server would have answered; where nothing
	 * was written it names an issue that is not there.
	 */
	readonly wrote: 'written' | 'not written' | 'either';
	say(turn: Turn, honest: string): void | Promise<void>;
	/** Right after execute. */
	readonly end: ExecutionState;
	/** It named an artifact where none was approved: then what was not written is never absent by itself. */
	readonly elsewhere?: true;
	/** That address must not be shown. */
	readonly hidden?: true;
	/** Where it is not what the state always answers. */
	readonly code?: RefusalCode;
	readonly args?: Readonly<Record<string, unknown>>;
	readonly tool?: string;
	readonly reason?: RegExp;
}

export interface Case extends Lie {
	readonly title: string;
	readonly written: boolean;
}

/** A lie for each of the two truths behind it. */
export function cases(lies: readonly Lie[]): Case[] {
	return lies.flatMap((lie) => [
		...(lie.wrote === 'written' ? [] : [{ ...lie, title: `${lie.what}, and nothing was written`, written: false }]),
		...(lie.wrote === 'not written' ? [] : [{ ...lie, title: `${lie.what}, and it was written`, written: true }]),
	]);
}

const CODES: Readonly<Record<ExecutionState, RefusalCode | 'ok'>> = {
	CONFIRMED: 'ok',
	REJECTED: 'upstream_rejected',
	ABSENT: 'provider_unreachable',
	INDETERMINATE: 'outcome_unknown',
	NEEDS_HUMAN: 'outcome_unknown',
	RESERVED: 'internal',
};

/** The credential: of the classic shape, so that its scopes are looked up. It is looked for everywhere afterwards. */
const PAT = `ghp_${'Kanarienvogel'.repeat(3).slice(0, 36)}`;

export interface Stage {
	readonly test: TestPortal;
	readonly server: ScriptedServer;
	readonly admin: Client;
	readonly pat: string;
	/** Bytes that the portal has taken from each connection to the server, the newest last. */
	taken(): number[];
	/** Executes once under the lie, and follows it to its last state. Gives the first answer. */
	play(each: Case): Promise<Answer>;
	/** Lets an honest server answer the next execute, which must be confirmed. */
	recovers(): Promise<void>;
	/** The credential is nowhere in the database or the log, not even encoded. */
	expectNoPat(): Promise<void>;
	close(): Promise<void>;
}

export async function startStage(env: Record<string, string> = {}): Promise<Stage> {
	let server: ScriptedServer | undefined;
	const test = await startPortal({
		env: { PORTAL_RATE_PER_MINUTE: '100000', ...env },
		between: async (sidecarUrl) => {
			server = await startScriptedServer(sidecarUrl);
			return server.url;
		},
	});
	if (server === undefined) throw new Error('the portal did not ask for its server');
	const lying = server;
	const { state: github } = test.sandbox.github;
	const { gateway: deps, database } = test.portal;
	const admin = await test.as('admin');
	github.addToken({ token: PAT, login: 'acme-sarc-bot', scopes: ['repo'] });
	expect((await admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token: PAT })).status).toBe(200);

	const sockets: Socket[] = [];
	const connected = (message: unknown) => {
		const { socket } = message as { socket: Socket };
		if (socket.remotePort === Number(new URL(lying.url).port)) sockets.push(socket);
	};
	channel('undici:client:connected').subscribe(connected);

	/** Addresses of what carries this hash, in every repository that a lie could reach. */
	const artifactsOf = (argsSha: string): string[] =>
		['payments-api', 'ledger'].flatMap((repo) =>
			github.issues('acme', repo).flatMap(({ number, body, comments }) => {
				const url = `${test.sandbox.upstream.webUrl}/acme/${repo}/issues/${number}`;
				const said = comments
					.filter((each) => each.body.includes(argsSha))
					.map(({ id }) => `${url}#issuecomment-${id}`);
				return body.includes(argsSha) ? [url, ...said] : said;
			}),
		);

	async function executionOf(id: string) {
		return (await admin.get(`/api/mcp/executions/${id}?tenant=demo`)).body;
	}

	/** The state against what GitHub really holds: the one assertion that every lie has to stand. */
	async function checkEnd(id: string, argsSha: string, executes: number): Promise<void> {
		const { state, artifact } = await executionOf(id);
		const there = artifactsOf(argsSha);
		if (state === 'CONFIRMED') expect(there).toEqual([artifact.url]);
		if (state === 'REJECTED' || state === 'ABSENT') expect(there).toEqual([]);
		if (there.length > 0) expect(['CONFIRMED', 'INDETERMINATE', 'NEEDS_HUMAN']).toContain(state);
		const rows = (await auditRows(admin)).filter((row) => row.argsSha === argsSha);
		expect(rows.filter((row) => row.action.startsWith('mcp.tool.'))).toHaveLength(executes);
		expect(rows[0]).toMatchObject({ executionId: id });
		const tenant = await test.portal.store.tenantBySlug('demo');
		expect((await verifyChain(deps, tenant?.id ?? '')).ok).toBe(true);
	}

	async function reconciled(id: string): Promise<string> {
		for (let looks = 0; looks < 8; looks++) {
			const { state } = await executionOf(id);
			if (state !== 'INDETERMINATE') return state;
			await passTime(database.query, 20 * 60_000);
			await reconcile(deps);
		}
		return 'INDETERMINATE';
	}

	let titles = 0;
	const nextTitle = () => `Zq${++titles}x`;
	return {
		test,
		server: lying,
		admin,
		pat: PAT,
		taken: () => sockets.map(({ bytesRead }) => bytesRead),
		async play(each) {
			const { written, say, end, elsewhere, code, args = issue(nextTitle()), tool = 'issue_write', reason } = each;
			const request = await proposed(admin, args, { tool });
			const { argsSha } = request;
			const execute = () => admin.post('/api/mcp/execute?tenant=demo', request);
			lying.lie = async (turn) => {
				const nowhere = { id: '987654321', url: `${test.sandbox.upstream.webUrl}/acme/payments-api/issues/98765` };
				await say(turn, written ? await turn.write() : JSON.stringify(nowhere));
			};
			const answer = await execute();
			lying.lie = null;
			const expected = code ?? CODES[end];
			const status = expected === 'ok' ? 200 : refusals[expected].status;
			expect({ status: answer.status, code: answer.body.code ?? 'ok' }).toEqual({ status, code: expected });
			if (reason !== undefined) expect(answer.body.detail).toMatch(reason);
			const { executionId } = answer.body;
			const execution = await executionOf(executionId);
			expect(execution.state).toBe(end);
			const sent = end === 'ABSENT' ? 0 : 1;
			expect(lying.sent(argsSha)).toBe(sent);
			await checkEnd(executionId, argsSha, 1);

			const isOpen = end === 'INDETERMINATE';
			if (isOpen) expect((await execute()).body.code).toBe('execution_unresolved');
			const last = await reconciled(executionId);
			const unwritten = elsewhere === true ? 'NEEDS_HUMAN' : 'ABSENT';
			expect(last).toBe(isOpen ? (written ? 'CONFIRMED' : unwritten) : end);
			if (elsewhere === true) {
				const { checks, claimed } = await executionOf(executionId);
				// The first look decides.
				expect({ checks, claimed }).toEqual({
					checks: 1,
					claimed: each.hidden === true ? null : { url: expect.any(String) },
				});
			}
			const verdicts = (await auditRows(admin)).filter(
				(row) => row.executionId === executionId && row.action.startsWith('mcp.reconcile.'),
			);
			expect(verdicts).toHaveLength(isOpen ? 1 : 0);
			await checkEnd(executionId, argsSha, isOpen ? 2 : 1);
			expect(lying.sent(argsSha)).toBe(sent);
			const told = answer.text + JSON.stringify(await executionOf(executionId)) + spelled(test.log);
			expectWithout(told);
			return answer;
		},
		async recovers() {
			const request = await proposed(admin, issue(nextTitle()));
			const answer = await admin.post('/api/mcp/execute?tenant=demo', request);
			expect(answer).toMatchObject({ status: 200, body: { ok: true } });
			await checkEnd(answer.body.executionId, request.argsSha, 1);
		},
		async expectNoPat() {
			const tables = await database.query<{ name: string }>(
				`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
			);
			const stored = await Promise.all(
				tables.map(async ({ name }) => JSON.stringify(await database.query(`SELECT t::text FROM ${name} t`))),
			);
			expectWithout(stored.join('\n') + spelled(test.log));
		},
		async close() {
			channel('undici:client:connected').unsubscribe(connected);
			await test.close();
			await lying.close();
		},
	};
}

/** With what errors say, which JSON leaves out. */
function spelled(log: TestPortal['log']): string {
	return JSON.stringify(log, (_, value) => (value instanceof Error ? inspect(value, { depth: 9 }) : value));
}

/** Neither the credential nor its recognisable part, nor what base64 makes of them. */
function expectWithout(text: string): void {
	for (const form of [PAT, PAT.slice(4), ...[PAT, PAT.slice(4)].map((each) => btoa(each).slice(0, -4))]) {
		const at = text.indexOf(form);
		expect(at, `${form} in: ${text.slice(Math.max(0, at - 100), at + 100)}`).toBe(-1);
	}
}
