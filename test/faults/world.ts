import { afterAll, expect } from 'vitest';
import type { JsonObject } from '#core/canonical-json';
import type { Clock } from '#gateway/ports/clock';
import type { Execution } from '#gateway/ports/executions';
import { newDatabase } from '#test/gateway/rig';
import { type Answered, type Approval, checkInvariants } from '#test/invariants/check';
import { passTime } from '#test/support/pass-time';
import { type Answer, type Client, issue, startPortal, type TestPortal } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

const EXECUTE = '/api/mcp/execute?tenant=demo';
const PROPOSE = '/api/mcp/propose?tenant=demo';
const MINUTE = 60_000;

/** PostgreSQL's programs; null, loudly, where there are none. */
export const postgresBin = findPostgres();
if (postgresBin === null) {
	if (process.env.CI === 'true') throw new Error('no PostgreSQL: faults are tried on a real server');
	console.warn('SKIPPED: faults of PostgreSQL (install postgresql).');
}

export type Approved = { readonly argsSha: string } & Record<string, unknown>;

/** A portal as it runs, reconciler included, on a PostgreSQL that a test may hurt. Both end after the file's tests. */
export interface World {
	readonly cluster: Cluster;
	/** The portal's database. */
	readonly url: string;
	readonly portal: TestPortal;
	readonly admin: Client;
	/** Approves a new issue of this title. */
	approve(title: string): Promise<Approved>;
	execute(body: Approved): Promise<Answer>;
	/** What /readyz says is not ready; empty when it is. */
	notReady(): Promise<string[]>;
	readonly approvals: Map<string, Approval>;
	readonly answers: Answered[];
	executions(): Promise<Execution[]>;
}

export async function startWorld(options: {
	settings?: readonly string[];
	under?: string;
	env?: Record<string, string>;
	clock?: Clock;
	between?: (sidecarUrl: string) => Promise<string>;
}): Promise<World> {
	const { env = {}, settings = [], under, ...others } = options;
	const cluster = await startPostgres(postgresBin ?? '', {
		durable: true,
		settings,
		...(under === undefined ? {} : { under }),
	});
	const url = await newDatabase(cluster);
	const portal = await startPortal({
		env: { DATABASE_URL: url, PORTAL_RATE_PER_MINUTE: '100000', ...env },
		...others,
	});
	afterAll(async () => {
		await portal.close();
		await cluster.stop();
	});
	await portal.portal.start();
	const admin = await portal.as('admin');
	const approvals = new Map<string, Approval>();
	const answers: Answered[] = [];
	return {
		cluster,
		url,
		portal,
		admin,
		approve: async (title) => {
			const args = issue(title) as JsonObject;
			const request = { provider: 'github', tool: 'issue_write', args };
			const { status, text, body } = await admin.post(PROPOSE, request);
			if (status !== 200) throw new Error(`propose: ${status} ${text}`);
			const { argsSha } = body;
			const target = { owner: 'acme', repo: 'payments-api' };
			approvals.set(argsSha, { argsSha, tool: request.tool, args, creates: 'issue', target, executes: 0 });
			return { ...request, argsSha };
		},
		execute: async (request) => {
			const approval = approvals.get(request.argsSha);
			if (approval !== undefined) approval.executes++;
			const answer = await admin.post(EXECUTE, request);
			answers.push({ argsSha: request.argsSha, status: answer.status, body: answer.body });
			return answer;
		},
		approvals,
		answers,
		notReady: async () => {
			const answer = await portal.anonymous.get('/readyz');
			if ((answer.status === 200) !== (answer.body.ok === true)) throw new Error('/readyz contradicts itself');
			return answer.status === 200 ? [] : answer.body.notReady;
		},
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
	readonly body: Approved;
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
 * Lets leases run out and looks come due until the portal's own reconciler has settled everything; then everything that
 * must hold is derived again from the stored bytes and from what stands in GitHub.
 */
export async function settledAndWhole(world: World): Promise<void> {
	const { portal, sandbox } = world.portal;
	const open = async (): Promise<Execution[]> =>
		(await world.executions()).filter(({ state }) => state === 'RESERVED' || state === 'INDETERMINATE');
	await until('everything is settled', async () => {
		const left = await open();
		if (left.length > 0) await passTime(portal.database.query, MINUTE);
		return left.length === 0;
	});
	const tenant = await portal.store.tenantBySlug('demo');
	const violations = await checkInvariants({
		query: portal.database.query,
		tenantId: tenant?.id ?? '',
		github: sandbox.github.state,
		webUrl: sandbox.upstream.webUrl,
		login: 'acme-sarc-bot',
		approvals: world.approvals,
		answers: world.answers,
		quiet: true,
	});
	expect(violations).toEqual([]);
}
