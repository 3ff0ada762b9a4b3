import { randomBytes } from 'node:crypto';
import { artifactBody } from '#core/proposal/marker';
import type { Target } from '#core/registry/types';
import { actorOf } from '#gateway/actor';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import type { Execution } from '#gateway/ports/executions';
import { reconcile } from '#gateway/reconcile';
import { type Comment, type Issue, nextNumber } from '#sandbox/github/model';
import { demoCaller } from '#test/support/caller';
import { passTime } from '#test/support/pass-time';
import { issue, type TestPortal } from '#test/support/portal';
import { approved, mustFind, tellOf } from './rig.ts';

export const BOT = 'acme-sarc-bot';
const HERE = { owner: 'acme', repo: 'payments-api' };

/** A portal whose looks a test drives: lost attempts, what lies at the provider, and time. */
export interface Scene {
	readonly deps: Deps;
	readonly caller: Caller;
	readonly tenantId: string;
	/** An issue that was approved and sent; nothing came back, and unless `landed` nothing was written. */
	lost(title: string, more?: { body?: string; landed?: boolean; repo?: string }): Promise<Execution>;
	/** An execution with an unknown outcome of a kind that is not to be had by executing. */
	unknown(more: { target: Target; method?: string; beforeSha?: string; afterSha?: string }): Promise<Execution>;
	/** Puts an issue there without the portal, by the bot unless said. */
	plant(more?: Partial<Issue>): Issue & { url: string };
	comment(issueNumber: number, body: string, author?: string): Comment & { url: string };
	/** A body with footer and marker, as the portal writes it. */
	footed(body: string, execution: Pick<Execution, 'argsSha'>): string;
	/** Lets time pass until this execution is due, and looks once. */
	look(execution: Execution, through?: Deps): Promise<Execution>;
	/** Looks until it is decided: as often as it takes, at the times that looks have. */
	lookToTheEnd(execution: Execution, through?: Deps): Promise<Execution>;
	pass(ms: number): Promise<void>;
	again(execution: Execution): Promise<Execution>;
	/** Settles what other tests have left, makes what the bot wrote old, and clears the faults. */
	fresh(): Promise<void>;
}

export async function sceneOn(portal: TestPortal): Promise<Scene> {
	const deps = portal.portal.gateway;
	const { query } = portal.portal.database;
	const { state } = portal.sandbox.github;
	const caller = await demoCaller(portal.portal, 'admin@demo.local');
	const tenantId = caller.tenant.id;
	const webUrl = portal.sandbox.upstream.webUrl;
	const stamp = () => `${new Date().toISOString().slice(0, 19)}Z`;

	const scene: Scene = {
		deps,
		caller,
		tenantId,
		async lost(title, { body = 'A body.', landed = false, repo = HERE.repo } = {}) {
			const kind = landed ? 'drop-after-write' : 'drop-before-write';
			state.faults.push({ kind, match: { method: 'POST', pathPattern: '/issues$' } });
			const request = await approved(deps, caller, { ...issue(title, body), repo });
			const told = await tellOf(deps, caller, request);
			if (told.code !== 'outcome_unknown') throw new Error(`${told.code}: ${told.detail}`);
			return mustFind(deps, tenantId, request.argsSha);
		},
		async unknown({ target, method, beforeSha = null, afterSha = null }) {
			const argsSha = randomBytes(32).toString('hex');
			const tool = target.number === undefined || afterSha !== null ? 'issue_write' : 'add_issue_comment';
			const reserved = await deps.store.reserve({
				executionId: deps.ids.uuid(),
				caller,
				provider: 'github',
				tool,
				method: method ?? null,
				argsSha,
				target,
				actor: await actorOf(deps, caller),
				leaseMs: 60_000,
				beforeSha,
				afterSha,
				budget: { perMinute: null, perHour: null },
			});
			if (reserved.kind !== 'reserved') throw new Error(reserved.kind);
			const { id, epoch } = reserved.execution;
			await deps.store.settle({
				executionId: id,
				epoch,
				from: ['RESERVED'],
				to: 'INDETERMINATE',
				code: 'outcome_unknown',
				reason: 'The connection broke before the answer.',
				artifactUrl: null,
				nextCheckInMs: 2_000,
				isAttemptRow: true,
				entry: {
					action: `mcp.tool.github.${tool}`,
					actor: reserved.execution.actor,
					ok: false,
					argsSha,
					executionId: id,
				},
			});
			return scene.again(reserved.execution);
		},
		plant(more = {}) {
			const repository = state.repository(HERE.owner, HERE.repo);
			if (repository === undefined) throw new Error('no repository');
			const now = stamp();
			const made: Issue = {
				id: state.nextId(),
				number: nextNumber(repository),
				title: 'Planted',
				body: 'Planted.',
				author: BOT,
				state: 'open',
				stateReason: null,
				labels: [],
				assignees: [],
				comments: [],
				subIssues: [],
				createdAt: now,
				updatedAt: now,
				closedAt: null,
				closedBy: null,
				...more,
			};
			repository.issues.push(made);
			return Object.assign(made, { url: `${webUrl}/acme/payments-api/issues/${made.number}` });
		},
		comment(issueNumber, body, author = BOT) {
			const now = stamp();
			const made: Comment = { id: state.nextId(), author, body, createdAt: now, updatedAt: now };
			const on = state.repository(HERE.owner, HERE.repo)?.issues.find(({ number }) => number === issueNumber);
			if (on === undefined) throw new Error('no such issue');
			on.comments.push(made);
			return Object.assign(made, {
				url: `${webUrl}/acme/payments-api/issues/${issueNumber}#issuecomment-${made.id}`,
			});
		},
		footed: (body, { argsSha }) => artifactBody(body, { name: 'Ada Lind', memberId: '12345678' }, argsSha),
		async look(execution, through = deps) {
			const { nextCheckAt } = await scene.again(execution);
			if (nextCheckAt !== null) await scene.pass(Math.max(0, nextCheckAt.getTime() - Date.now()) + 20);
			await reconcile(through, { random: () => 0 });
			return scene.again(execution);
		},
		async lookToTheEnd(execution, through = deps) {
			let now = await scene.again(execution);
			for (let looks = 0; now.state === 'INDETERMINATE'; looks++) {
				if (looks > 10) throw new Error('it is looked for without an end');
				now = await scene.look(execution, through);
			}
			return now;
		},
		pass: (ms) => passTime(query, ms),
		async again({ id }) {
			const execution = await deps.store.execution(tenantId, id);
			if (execution === null) throw new Error('an execution vanished');
			return execution;
		},
		async fresh() {
			state.faults.clear();
			await query(
				`UPDATE execution SET state = 'REJECTED', next_check_at = NULL WHERE state IN ('RESERVED', 'INDETERMINATE', 'NEEDS_HUMAN')`,
			);
			// Not removed: no number is ever given twice, and an address stands for one artifact.
			for (const { owner, name } of state.repositories()) {
				for (const each of state.repository(owner, name)?.issues ?? []) {
					for (const made of [each, ...each.comments]) if (made.author === BOT) made.createdAt = '2020-01-01T00:00:00Z';
				}
			}
		},
	};
	return scene;
}
