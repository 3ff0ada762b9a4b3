import type { Target } from '#core/registry/types';
import { type Approval, checkInvariants, type Violation } from '#test/invariants/check';
import { type Moment, momentOf, preludeOf, stageOf } from './moments.ts';
import type { Plan } from './plan.ts';
import type { Portal } from './portal.ts';
import { settleAll } from './settle.ts';
import { LEASE_MS, LOGIN, type World } from './world.ts';
import { type Request, requestOf } from './writes.ts';

const WAIT_MS = 30_000;

/** What a person approved, ready to be executed. */
export interface Approved {
	readonly approval: Approval;
	readonly body: Record<string, unknown>;
}

/**
 * One run: approve, execute, die at the planned point, let the others or the next start take over, let time pass until
 * everything has its end, execute the same bytes again, and derive again what must hold. Gives what does not.
 */
export async function run(world: World, plan: Plan): Promise<Violation[]> {
	const { orders, github } = world;
	github.state.searchLagMs = plan.searchLags ? 3_600_000 : 0;
	const approved = await approve(world, requestOf(plan));
	if (plan.isWarm) await warm(world);
	const hiddenUntil = world.passed() + plan.listLagMs;
	orders.lag = { argsSha: approved.approval.argsSha, isHidden: () => world.passed() < hiddenUntil };

	const stage = stageOf(plan);
	const first = stage === 'execute' ? momentOf(plan) : preludeOf(plan);
	await executeInto(world, plan, approved, first);
	if (stage !== 'execute') await dieLater(world, plan, stage);
	await world.restart();
	await settleAll(world, plan);
	orders.lag = null;

	const wrong = await executeAgain(world, approved);
	const violations = await checkInvariants({
		query: world.query,
		tenantId: world.tenantId,
		github: github.state,
		webUrl: github.webUrl,
		login: LOGIN,
		approvals: world.approvals,
		answers: world.answers,
		quiet: true,
	});
	return [...violations, ...wrong];
}

async function approve(world: World, request: Request): Promise<Approved> {
	const portal = anyOf(world);
	const { status, body } = await portal.send('POST', '/api/mcp/propose?tenant=demo', request);
	if (status !== 200) throw new Error(`propose: ${status} ${JSON.stringify(body)}`);
	const { argsSha, beforeSha, preview } = body as { argsSha: string; beforeSha?: string; preview: { target: Target } };
	const { tool, args } = request;
	const creates = tool === 'add_issue_comment' ? 'comment' : args.method === 'update' ? 'labels' : 'issue';
	const approval: Approval = { argsSha, tool, args, creates, target: preview.target, executes: 0 };
	world.approvals.set(argsSha, approval);
	return { approval, body: { ...request, argsSha, ...(beforeSha === undefined ? {} : { beforeSha }) } };
}

/** Makes the credential's connection, so that the write needs no handshake. */
async function warm(world: World): Promise<void> {
	await Promise.all(world.living().map((portal) => portal.send('POST', '/api/credentials/github/test?tenant=demo')));
}

/** Notes the answer, if one comes: without one the portal died, and no row is owed by it. */
export async function execute(world: World, portal: Portal, { approval, body }: Approved): Promise<number | null> {
	approval.executes++;
	try {
		const answer = await portal.send('POST', '/api/mcp/execute?tenant=demo', body);
		world.answers.push({ argsSha: approval.argsSha, ...answer });
		return answer.status;
	} catch {
		return null;
	}
}

/** Sends the executes of the plan into the moment. Where portals are left, they are sent the same bytes at once. */
async function executeInto(world: World, plan: Plan, approved: Approved, moment: Moment): Promise<void> {
	const portals = world.living();
	const at = plan.number % portals.length;
	// One alone, or all of them together; whichever gets the reservation dies.
	const spread = plan.duplicates > 1 ? portals : portals.slice(at, at + 1);
	await prepare(world, spread, moment);
	const sent = Array.from({ length: plan.duplicates }, (_, i) =>
		execute(world, spread[i % spread.length] ?? spread[0] ?? raise('no portal lives'), approved),
	);
	if ('order' in moment && moment.order.end === 'drop') await Promise.all(sent);
	else await firstDeath(spread, `${plan.point} (while it executes)`);
	// Those that live on are asked for the same at once: as whoever saw no answer would.
	const others = world.living().map((portal) => execute(world, portal, approved));
	await Promise.all([...sent, ...others, ...world.orders.late.splice(0)]);
	await disarm(world);
}

/** Kills where looks or the take-over run, which come by themselves when time has passed. */
async function dieLater(world: World, plan: Plan, stage: 'look' | 'take-over'): Promise<void> {
	const moment = momentOf(plan);
	if (stage === 'take-over' && world.living().length === 0) {
		if (world.mode !== 'pglite') await world.pass(LEASE_MS);
		if ('arm' in moment) await world.restart(moment.arm);
		await firstDeath(world.all(), plan.point);
		return;
	}
	// An orphan elsewhere has been restarted by nobody: the others take it over when its lease has run out.
	await prepare(world, world.living(), moment);
	const watched = world.living();
	await world.pass(stage === 'look' ? 2_500 : LEASE_MS);
	await firstDeath(watched, plan.point);
	await disarm(world);
}

async function prepare(world: World, portals: readonly Portal[], moment: Moment): Promise<void> {
	if ('order' in moment) world.orders.next = moment.order;
	else await Promise.all(portals.map((portal) => portal.arm(moment.arm)));
}

async function disarm(world: World): Promise<void> {
	world.orders.next = null;
	await Promise.all(world.living().map((portal) => portal.arm(null)));
}

async function firstDeath(portals: readonly Portal[], where: string): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const tooLong = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`nobody died: ${where}`)), WAIT_MS);
	});
	try {
		await Promise.race([tooLong, ...portals.map(({ gone }) => gone)]);
	} finally {
		clearTimeout(timer);
	}
}

/** The same bytes, once all is quiet: what stands is replayed, what does not is written, now. */
async function executeAgain(world: World, approved: Approved): Promise<Violation[]> {
	const { argsSha } = approved.approval;
	const [before] = await world.query<{ state: string }>(
		'SELECT state FROM execution WHERE tenant_id = $1 AND args_sha = $2 ORDER BY epoch DESC LIMIT 1',
		[world.tenantId, argsSha],
	);
	const status = await execute(world, anyOf(world), approved);
	const answer = world.answers.at(-1)?.body;
	const isReplay = before?.state === 'CONFIRMED';
	if (status === 200 && answer?.replayed === isReplay) return [];
	const said = `${status ?? 'nothing'} ${answer?.code ?? ''} ${answer?.replayed === true ? 'replayed' : ''}`;
	return [{ kind: 'lost', what: `${argsSha.slice(0, 16)} was ${before?.state ?? 'never reserved'}; again: ${said}` }];
}

function anyOf(world: World): Portal {
	const living = world.living();
	return living[world.approvals.size % living.length] ?? raise('no portal lives');
}

function raise(message: string): never {
	throw new Error(message);
}
