import { describe, expect, it } from 'vitest';
import { isReady, kubectl, pods, until } from '../kube.ts';
import { type Approved, approve, execute, type Person, TENANT } from '../portal.ts';
import { NAMESPACE, PORTAL_PODS } from '../settings.ts';
import { admin, github } from '../story.ts';

const ISSUES = '/repos/acme/ledger/issues$';

interface Row {
	readonly action: string;
	readonly ok: boolean;
	readonly code?: string;
	readonly argsSha?: string;
}

/** Executes at one pod's own address, so that it is known who holds the execution. Gives what came of it, in words. */
const executeAt = (person: Person, podIP: string, approved: Approved): Promise<string> =>
	person.at(podIP, 'POST', `/api/mcp/execute?tenant=${TENANT}`, approved, 90_000).then(
		({ status, body }) => `answered ${status} ${JSON.stringify(body)}`,
		(cause: { code?: string }) => cause.code ?? String(cause),
	);

async function rowsOf(person: Person, argsSha: string): Promise<Row[]> {
	const { body } = await person.send('GET', `/api/audit?tenant=${TENANT}&order=desc&limit=100`);
	return (body.entries as { entry: string }[])
		.map(({ entry }) => JSON.parse(entry) as Row)
		.filter((row) => row.argsSha === argsSha)
		.reverse();
}

async function executionOf(person: Person, argsSha: string) {
	const { body } = await person.send('GET', `/api/mcp/executions?tenant=${TENANT}`);
	return (body.executions as { argsSha: string; state: string; id: string }[]).find((each) => each.argsSha === argsSha);
}

/** The pods of the portal, both there: the one that will die, and how many were meant to be. */
async function victim() {
	const all = await until(
		'two portals',
		() => pods(NAMESPACE, PORTAL_PODS),
		(each) => each.filter(isReady).length === 2,
	);
	const [pod] = all;
	if (pod?.status.podIP === undefined) throw new Error('a pod without an address');
	return { name: pod.metadata.name, ip: pod.status.podIP };
}

const kill = (pod: string) => kubectl('-n', NAMESPACE, 'delete', 'pod', pod, '--grace-period=0', '--force');

/** Asks until GitHub has so many writes in hand. */
const untilInFlight = (count: number) =>
	until(
		'writes at GitHub',
		() => github().waiting(),
		(waiting) => waiting >= count,
		{ every: 100 },
	);

describe('[once, one-row, unknown-not-failed] a portal pod that dies in mid-execute', () => {
	it('while GitHub is slow: one issue, one row, and the other pod completes it', async () => {
		const person = await admin();
		const approved = await approve(person, 'Killed while GitHub was slow');
		const pod = await victim();
		await github().fault({ match: { method: 'POST', pathPattern: ISSUES }, kind: 'hold' });
		const lost = executeAt(person, pod.ip, approved);
		await until(
			'a reservation',
			() => executionOf(person, approved.argsSha),
			(found) => found?.state === 'RESERVED',
		);
		await untilInFlight(1);
		await kill(pod.name);
		expect(await lost).not.toMatch(/^answered 200/);
		// Only now, with nobody left who waits for the answer, does GitHub write.
		await github().clear();
		await until(
			'the issue',
			() => github().titles('ledger'),
			(all) => all.includes('Killed while GitHub was slow'),
		);

		const settled = await until(
			'the other pod to complete it',
			() => executionOf(person, approved.argsSha),
			(found) => found !== undefined && !['RESERVED', 'INDETERMINATE'].includes(found.state),
			{ within: 90_000, every: 500 },
		);
		expect(settled).toMatchObject({ state: 'CONFIRMED' });
		expect(await rowsOf(person, approved.argsSha)).toMatchObject([
			{ action: 'mcp.tool.github.issue_write', ok: false, code: 'outcome_unknown' },
			{ action: 'mcp.reconcile.github.issue_write', ok: true },
		]);
		// Whoever saw no answer and asks again is given that issue, and no second one is written.
		expect(await execute(person, approved)).toMatchObject({
			status: 200,
			body: { replayed: true, executionId: settled?.id },
		});
		const written = (await github().titles('ledger')).filter((title) => title === 'Killed while GitHub was slow');
		expect(written).toHaveLength(1);
		const verdict = await person.send('POST', `/api/audit/verify-chain?tenant=${TENANT}`, {});
		expect(verdict).toMatchObject({ status: 200, body: { ok: true } });
	}, 180_000);

	it('while ten writes are under way at both: each is written once, and none is lost', async () => {
		const person = await admin();
		const titles = Array.from({ length: 10 }, (_, index) => `Killed among ten, ${index}`);
		const all: Approved[] = [];
		for (const title of titles) all.push(await approve(person, title));
		const pod = await victim();
		await github().fault({ match: { method: 'POST', pathPattern: ISSUES }, kind: 'hold', times: 10 });
		const answers = Promise.allSettled(all.map((approved) => execute(person, approved)));
		// All of them: one that died before it was sent would stay unknown, rightly and for good.
		await untilInFlight(titles.length);
		await kill(pod.name);
		// Its last two seconds must not be enough to record what GitHub answers.
		await until(
			'its end',
			() => person.at(pod.ip, 'GET', '/healthz', undefined, 500).catch(() => null),
			(answered) => answered === null,
		);
		await github().clear();
		await answers;
		for (const { argsSha } of all) {
			await until(
				'every write to be settled',
				() => executionOf(person, argsSha),
				(found) => found !== undefined && !['RESERVED', 'INDETERMINATE'].includes(found.state),
				{ within: 90_000, every: 500 },
			);
		}
		const written = (await github().titles('ledger')).filter((title) => title.startsWith('Killed among ten'));
		expect(written.sort()).toEqual(titles);
		for (const { argsSha } of all) {
			const attempts = (await rowsOf(person, argsSha)).filter(({ action }) => action.startsWith('mcp.tool.'));
			expect(attempts).toHaveLength(1);
		}
	}, 240_000);
});
