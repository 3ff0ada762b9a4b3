import { randomUUID } from 'node:crypto';
import { afterAll, expect } from 'vitest';
import { type Database, openDatabase } from '#adapters/store/database';
import type { JsonObject } from '#core/canonical-json';
import { type SandboxGitHub, startSandboxGitHub } from '#sandbox/github/server';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { type Bundle, bundlePortal } from '#test/campaign/bundle';
import { type Answer, beginPortal, type Portal } from '#test/campaign/portal';
import { administer, patOfTemplate, postgresTemplate, type Template, urlOf } from '#test/campaign/template';
import { type Answered, type Approval, checkInvariants } from '#test/invariants/check';
import { passTime } from '#test/support/pass-time';
import { issue } from '#test/support/portal';
import { type Cluster, startPostgres } from '#test/support/postgres';
import { type Line, lineTo } from './line.ts';
import { type Approved, postgresBin, until } from './world.ts';

const LOGIN = 'acme-sarc-bot';
const PROPOSE = '/api/mcp/propose?tenant=demo';
const EXECUTE = '/api/mcp/execute?tenant=demo';

/** Portal processes on one PostgreSQL, with a GitHub and an MCP server that outlive them. */
export interface Processes {
	readonly cluster: Cluster;
	readonly github: SandboxGitHub;
	readonly database: Database;
	/** Between every portal and the MCP server. */
	readonly line: Line;
	readonly answers: Answered[];
	start(env?: Record<string, string>): Promise<Portal>;
	approve(portal: Portal, title: string): Promise<Approved>;
	/** Null when the connection broke before there was an answer. */
	execute(portal: Portal, body: Approved): Promise<Answer | null>;
	stateOf(body: Approved): Promise<string>;
	/** Lets time pass until the portals have settled everything, then holds everything against the invariants. */
	settledAndWhole(): Promise<void>;
	close(): Promise<void>;
}

/** One cluster, one bundle of the sources and one seeded database for a file's tests; each has a copy of its own. */
export function processes(): () => Promise<Processes> {
	let ground: Promise<{ cluster: Cluster; bundle: Bundle; template: Template }> | undefined;
	const begin = async () => {
		// Durable: one of the tests crashes it, and without synchronous_commit that forgets reservations by design.
		const cluster = await startPostgres(postgresBin ?? '', { durable: true });
		const [bundle, template] = await Promise.all([bundlePortal(), postgresTemplate(cluster, 'template_of_all')]);
		return { cluster, bundle, template };
	};
	afterAll(async () => {
		const made = await ground;
		made?.bundle.remove();
		await made?.cluster.stop();
	});
	return async () => {
		ground ??= begin();
		return world(await ground);
	};
}

async function world(ground: { cluster: Cluster; bundle: Bundle; template: Template }): Promise<Processes> {
	const { cluster, bundle, template } = ground;
	const name = `faults_${randomUUID().replaceAll('-', '')}`;
	await administer(cluster, (query) => query(`CREATE DATABASE ${name} TEMPLATE template_of_all`));
	const opened = await openDatabase({ databaseUrl: cluster.url(name), poolSize: 2 });
	if (!opened.ok) throw new Error(opened.error.detail);
	const database = opened.value;
	const github = await startSandboxGitHub();
	github.state.addToken({ token: patOfTemplate(), login: LOGIN, scopes: ['repo'] });
	const sidecar = await startSandboxSidecar({ githubUrl: github.apiUrl });
	const line = await lineTo(sidecar.url);
	const portals: Portal[] = [];
	const approvals = new Map<string, Approval>();
	const answers: Answered[] = [];
	const open = () =>
		database.query<{ id: string }>(
			`SELECT id FROM execution WHERE tenant_id = $1 AND state IN ('RESERVED', 'INDETERMINATE')`,
			[template.tenantId],
		);

	return {
		cluster,
		github,
		database,
		line,
		answers,
		start: async (env = {}) => {
			const { portal, running } = beginPortal({
				bundle,
				args: [],
				cookie: template.cookie,
				env: {
					...template.env,
					DATABASE_URL: urlOf(cluster, name),
					MCP_GITHUB_SERVER_URL: line.url,
					GITHUB_WEB_URL: github.webUrl,
					PORTAL_RATE_PER_MINUTE: '100000',
					PORTAL_WRITE_BUDGET: 'off',
					...env,
				},
			});
			portals.push(portal);
			if (!(await running)) throw new Error(`a portal did not start: ${portal.output()}`);
			return portal;
		},
		approve: async (portal, title) => {
			const args = issue(title) as JsonObject;
			const request = { provider: 'github', tool: 'issue_write', args };
			const { status, body } = await portal.send('POST', PROPOSE, request);
			if (status !== 200) throw new Error(`propose: ${status} ${JSON.stringify(body)}`);
			const { argsSha } = body;
			const target = { owner: 'acme', repo: 'payments-api' };
			approvals.set(argsSha, { argsSha, tool: request.tool, args, creates: 'issue', target, executes: 0 });
			return { ...request, argsSha };
		},
		execute: async (portal, request) => {
			const approval = approvals.get(request.argsSha);
			if (approval !== undefined) approval.executes++;
			const answer = await portal.send('POST', EXECUTE, request).catch(() => null);
			if (answer !== null) answers.push({ argsSha: request.argsSha, ...answer });
			return answer;
		},
		stateOf: async ({ argsSha }) => {
			const [row] = await database.query<{ state: string }>(
				'SELECT state FROM execution WHERE args_sha = $1 ORDER BY epoch DESC LIMIT 1',
				[argsSha],
			);
			return row?.state ?? 'none';
		},
		settledAndWhole: async () => {
			await until('everything is settled', async () => {
				const left = await open();
				if (left.length > 0) await passTime(database.query, 60_000);
				return left.length === 0;
			});
			const violations = await checkInvariants({
				query: database.query,
				tenantId: template.tenantId,
				github: github.state,
				webUrl: github.webUrl,
				login: LOGIN,
				approvals,
				answers,
				quiet: true,
			});
			expect(violations).toEqual([]);
		},
		close: async () => {
			// One that is stopped hears nothing but this.
			await Promise.all(portals.map((portal) => portal.kill()));
			await line.end();
			await sidecar.close();
			await github.close();
			await database.close();
		},
	};
}
