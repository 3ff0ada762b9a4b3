import { carriesMarker } from '#core/proposal/marker';
import type { Plan } from './plan.ts';
import { LEASE_MS, type World } from './world.ts';

/** Past the last look, however it was put off. */
const LEAP_MS = 1_200_000;
/** What a look that is under way is given before its lease is taken from it. */
const GRACE_MS = 300;
const WAIT_MS = 30_000;

interface Open extends Record<string, unknown> {
	readonly id: string;
	readonly args_sha: string;
	readonly state: string;
	readonly checks: number;
	/** Until it is due, or until the lease of the look that is under way runs out. */
	readonly wait_ms: number;
	readonly busy: boolean;
}

/** Lets time pass, by the database's clock, until every execution has its end; settles what needs a human as one would. */
export async function settleAll(world: World, plan: Plan): Promise<void> {
	for (let turns = 0; turns < 40; turns++) {
		const open = await stillOpen(world);
		const [first] = open;
		if (first === undefined) return;
		if (open.some(({ state }) => state === 'RESERVED')) {
			await world.pass(LEASE_MS);
			await until(world, (now) => now.every(({ state }) => state !== 'RESERVED'));
		} else if (first.state === 'NEEDS_HUMAN') await resolve(world, first);
		else {
			// Claimed by one that is dead, or by one that takes long: it loses its lease, and what it finds falls at the fence.
			const isOver = first.busy && (await within(world, GRACE_MS, (now) => hasMoved(now, first)));
			if (isOver) continue;
			await world.pass(plan.leaps ? LEAP_MS : Math.max(0, first.wait_ms) + 1);
			await until(world, (now) => hasMoved(now, first));
		}
	}
	throw new Error(`it never ends: ${JSON.stringify(await stillOpen(world))}`);
}

/** A look has come to its end since, whether it decided or put off. */
function hasMoved(open: readonly Open[], before: Open): boolean {
	const now = open.find(({ id }) => id === before.id);
	return now === undefined || now.state !== before.state || (!now.busy && (before.busy || now.checks > before.checks));
}

function stillOpen(world: World): Promise<Open[]> {
	return world.query<Open>(
		`SELECT id, args_sha, state, checks, look_until IS NOT NULL AS busy,
			extract(epoch FROM coalesce(look_until, next_check_at) - clock_timestamp())::float8 * 1000 AS wait_ms
		FROM execution WHERE tenant_id = $1 AND state IN ('RESERVED', 'INDETERMINATE', 'NEEDS_HUMAN') ORDER BY state`,
		[world.tenantId],
	);
}

type Condition = (open: readonly Open[]) => boolean;

async function until(world: World, holds: Condition): Promise<void> {
	if (await within(world, WAIT_MS, holds)) return;
	throw new Error(`nobody does anything about it: ${JSON.stringify(await stillOpen(world))}`);
}

async function within(world: World, ms: number, holds: Condition): Promise<boolean> {
	const deadline = Date.now() + ms;
	for (;;) {
		if (holds(await stillOpen(world))) return true;
		if (Date.now() > deadline) return false;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** As an ADMIN would who looks at the provider's pages. */
async function resolve(world: World, { id, args_sha: argsSha }: Open): Promise<void> {
	const url = whereItStands(world, argsSha);
	const [portal] = world.living();
	const said = url === null ? { happened: false } : { happened: true, url };
	const path = `/api/mcp/executions/${id}/resolve?tenant=demo`;
	const answer = await portal?.send('POST', path, { ...said, reason: 'Seen on the pages.' });
	if (answer?.status !== 200) throw new Error(`resolve: ${answer?.status} ${JSON.stringify(answer?.body)}`);
}

function whereItStands(world: World, argsSha: string): string | null {
	const approval = world.approvals.get(argsSha);
	if (approval === undefined) return null;
	const { owner, repo, number } = approval.target;
	const base = `${world.github.webUrl}/${owner}/${repo}/issues`;
	for (const issue of world.github.state.issues(owner, repo)) {
		const address = `${base}/${issue.number}`;
		if (approval.creates === 'labels') {
			const wanted = JSON.stringify([...(approval.args.labels as string[])].sort());
			if (issue.number === number && JSON.stringify([...issue.labels].sort()) === wanted) return address;
			continue;
		}
		if (approval.creates === 'issue' && carriesMarker(issue.body, argsSha)) return address;
		const comment = issue.comments.find(({ body }) => carriesMarker(body, argsSha));
		if (comment !== undefined) return `${address}#issuecomment-${comment.id}`;
	}
	return null;
}
