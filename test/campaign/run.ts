import type { Target } from '#core/registry/types';
import { type Approval, checkInvariants, type Violation } from '#test/invariants/check';
import { momentOf, preludeOf, stageOf } from './moments.ts';
import type { Plan } from './plan.ts';
import type { Portal } from './portal.ts';
import { settleAll } from './settle.ts';
import { LEASE_MS, LOGIN, type World } from './world.ts';
import { type Request, requestOf } from './writes.ts';

const WAIT_MS = 20_000;

/** What a person approved, ready to be executed. */
export interface Approved {
	readonly approval: Approval;
	readonly body: Record<string, unknown>;
}

/**
 * One run: approve, execute, die at the planned point, let the others or the next start take over, let time pass until
 * everything has its end, execute the same bytes again, and derive again what must hold. Gives what does not. Throws when
 * the portal did not die where it should, unless that came with something worse.
 */
export async function run(world: World, plan: Plan): Promise<Violation[]> {
	const { orders, github } = world;
	github.state.searchLagMs = plan.searchLags ? 3_600_000 : 0;
	const approved = await approve(world, requestOf(plan));
	if (plan.isWarm) await warm(world);
	const hiddenUntil = world.passed() + plan.listLagMs;
	orders.lag = { argsSha: approved.approval.argsSha, isHidden: () => world.passed() < hiddenUntil };

	const stage = stageOf(plan);
	let died = await executeInto(world, plan, approved);
	if (stage !== 'execute') died = (await dieLater(world, plan, stage)) && died;
	await disarm(world);
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
	const all = [...violations, ...wrong];
	if (all.length === 0 && !died) throw new Error(`nobody died: ${plan.point}`);
	return all;
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
async function executeInto(world: World, plan: Plan, approved: Approved): Promise<boolean> {
	const portals = world.living();
	const at = plan.number % portals.length;
	// One alone, or all of them together; whichever gets the reservation dies.
	const spread = plan.duplicates > 1 ? portals : portals.slice(at, at + 1);
	const isDrop = await prepare(world, plan, spread);
	const sent = Array.from({ length: plan.duplicates }, (_, i) =>
		execute(world, spread[i % spread.length] ?? spread[0] ?? raise('no portal lives'), approved),
	);
	if (isDrop) await Promise.all(sent);
	const died = isDrop || (await anyDies(spread));
	// Those that live on are asked for the same at once: as whoever saw no answer would.
	const others = world.living().map((portal) => execute(world, portal, approved));
	await Promise.all([...sent, ...others, ...world.orders.late.splice(0)]);
	return died;
}

/** Before anything is sent, since a look or a take-over comes by itself. Whether the execute ends with a lost answer alone. */
async function prepare(world: World, plan: Plan, spread: readonly Portal[]): Promise<boolean> {
	const moment = momentOf(plan);
	const stage = stageOf(plan);
	const first = stage === 'execute' ? moment : preludeOf(plan);
	const later = stage === 'execute' ? null : moment;
	if ('order' in first) {
		world.orders.next = { ...first.order, ...(later !== null && 'order' in later ? { next: later.order } : {}) };
	}
	const arms = (portal: Portal) => [
		...('arm' in first && spread.includes(portal) ? [first.arm] : []),
		...(later !== null && 'arm' in later ? [later.arm] : []),
	];
	await Promise.all(world.living().map((portal) => portal.arm(arms(portal))));
	return 'order' in first && first.order.end === 'drop';
}

/** Lets time pass until somebody looks, or takes over, and dies of it. */
async function dieLater(world: World, plan: Plan, stage: 'look' | 'take-over'): Promise<boolean> {
	if (world.living().length === 0) {
		// An orphan, and nobody left: the next start takes it over.
		if (world.mode !== 'pglite') await world.pass(LEASE_MS);
		const moment = momentOf(plan);
		await world.restart('arm' in moment ? [moment.arm] : []);
		return anyDies(world.all());
	}
	const watched = stage === 'look' ? world.all() : world.living();
	if (!watched.some((portal) => portal.isGone())) await world.pass(stage === 'look' ? 2_500 : LEASE_MS);
	return anyDies(watched);
}

async function disarm(world: World): Promise<void> {
	world.orders.next = null;
	await Promise.all(world.living().map((portal) => portal.arm([])));
}

async function anyDies(portals: readonly Portal[]): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const tooLong = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), WAIT_MS);
	});
	const died = await Promise.race([tooLong, ...portals.map(({ gone }) => gone.then(() => true))]);
	clearTimeout(timer);
	return died;
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
