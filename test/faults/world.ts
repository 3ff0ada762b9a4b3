import { afterAll, expect } from 'vitest';
import type { Execution } from '#gateway/ports';
import { newDatabase, rowsOf } from '#test/gateway/rig';
import { passTime } from '#test/support/pass-time';
import { type Answer, type Client, issue, startPortal, type TestPortal } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

const EXECUTE = '/api/mcp/execute?tenant=demo';
const PROPOSE = '/api/mcp/propose?tenant=demo';
const MINUTE = 60_000;
const BOT = 'acme-sarc-bot';

/** PostgreSQL's programs; null, loudly, where there are none. */
export const postgresBin = findPostgres();
if (postgresBin === null) {
	if (process.env.CI === 'true') throw new Error('no PostgreSQL: faults are tried on a real server');
	console.warn('SKIPPED: faults of PostgreSQL (install postgresql).');
}

/** A portal as it runs, reconciler included, on a PostgreSQL that a test may hurt. Both end after the file's tests. */
export interface World {
	readonly cluster: Cluster;
	/** The portal's database. */
	readonly url: string;
	readonly portal: TestPortal;
	readonly admin: Client;
	/** Approves a new issue of this title. */
	approve(title: string): Promise<{ argsSha: string } & Record<string, unknown>>;
	execute(body: object): Promise<Answer>;
	/** What /readyz says is not ready; empty when it is. */
	notReady(): Promise<string[]>;
	/** Titles of the issues that stand in GitHub. */
	titles(): string[];
	executions(): Promise<Execution[]>;
}

export async function startWorld(options: {
	settings?: readonly string[];
	under?: string;
	env?: Record<string, string>;
}): Promise<World> {
	const cluster = await startPostgres(postgresBin ?? '', { durable: true, ...options });
	const url = await newDatabase(cluster);
	const portal = await startPortal({
		env: { DATABASE_URL: url, PORTAL_RATE_PER_MINUTE: '100000', PORTAL_WRITE_BUDGET: 'off', ...options.env },
	});
	afterAll(async () => {
		await portal.close();
		await cluster.stop();
	});
	await portal.portal.start();
	const admin = await portal.as('admin');
	const { state } = portal.sandbox.github;
	return {
		cluster,
		url,
		portal,
		admin,
		approve: async (title) => {
			const request = { provider: 'github', tool: 'issue_write', args: issue(title) };
			const { status, text, body } = await admin.post(PROPOSE, request);
			if (status !== 200) throw new Error(`propose: ${status} ${text}`);
			return { ...request, argsSha: body.argsSha };
		},
		execute: (body) => admin.post(EXECUTE, body),
		notReady: async () => {
			const answer = await portal.anonymous.get('/readyz');
			if ((answer.status === 200) !== (answer.body.ok === true)) throw new Error('/readyz contradicts itself');
			return answer.status === 200 ? [] : answer.body.notReady;
		},
		titles: () => state.issues('acme', 'payments-api').map(({ title }) => title),
		executions: async () => {
			const tenant = await portal.portal.store.tenantBySlug('demo');
			return portal.portal.store.executions(tenant?.id ?? '', { limit: 1_000 });
		},
	};
}

/** Waits for something that has to come by itself. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, ms = 60_000): Promise<void> {
	const deadline = Date.now() + ms;
	while (!(await holds())) {
		if (Date.now() > deadline) throw new Error(`it did not come by itself: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

export interface Ended {
	readonly title: string;
	readonly body: { argsSha: string };
	readonly answer: Answer;
}

export interface Load {
	readonly ended: readonly Ended[];
	/** How many proposals were refused. */
	refused(): number;
	stop(): Promise<void>;
}

/** Callers that approve and execute new issues one after the other, until they are told to stop. */
export function load(world: World, callers: number): Load {
	const ended: Ended[] = [];
	let refused = 0;
	let stopped = false;
	const caller = async (name: number): Promise<void> => {
		for (let turn = 0; !stopped; turn++) {
			const title = `Load ${name}/${turn}`;
			const body = await world.approve(title).catch(() => null);
			if (body === null) refused++;
			else ended.push({ title, body, answer: await world.execute(body) });
			// An outage must not become a loop that leaves no turn to anybody else.
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
	};
	const all = Promise.all(Array.from({ length: callers }, (_, i) => caller(i)));
	return {
		ended,
		refused: () => refused,
		stop: async () => {
			stopped = true;
			await all;
		},
	};
}

/**
 * Lets leases run out and looks come due until the portal's own reconciler has settled everything, then says that nothing
 * is lost: what stands in GitHub is CONFIRMED, and the reverse; each execution has its one row, and the chain verifies.
 */
export async function settledAndWhole(world: World): Promise<void> {
	const { portal } = world.portal;
	const open = async (): Promise<Execution[]> =>
		(await world.executions()).filter(({ state }) => state === 'RESERVED' || state === 'INDETERMINATE');
	await until('everything is settled', async () => {
		const left = await open();
		if (left.length > 0) await passTime(portal.database.query, MINUTE);
		return left.length === 0;
	});
	const executions = await world.executions();
	const rows = await rowsOf(portal.gateway, executions[0]?.tenantId ?? '');
	const wrong: unknown[] = [];
	for (const { id, state, artifactUrl, auditSeq } of executions) {
		const own = rows.filter(({ executionId }) => executionId === id);
		const attempt = own.filter(({ action, seq }) => action.startsWith('mcp.tool.') && seq === auditSeq);
		const said = own.some(({ ok, artifact }) => ok && artifact?.url === artifactUrl);
		if (attempt.length !== 1 || state === 'NEEDS_HUMAN' || (state === 'CONFIRMED') !== said)
			wrong.push({ id, state, own });
	}
	const confirmed = executions.flatMap(({ artifactUrl }) => (artifactUrl === null ? [] : [artifactUrl])).sort();
	const written = world.portal.sandbox.github.state
		.issues('acme', 'payments-api')
		.filter(({ author }) => author === BOT)
		.map(({ number }) => `${world.portal.sandbox.upstream.webUrl}/acme/payments-api/issues/${number}`);
	if (wrong.length > 0) throw new Error(`not whole: ${JSON.stringify(wrong, null, 1)}`);
	// As lists, not as sets: an issue written twice, or claimed twice, shows.
	expect(confirmed).toEqual(written.sort());
}
