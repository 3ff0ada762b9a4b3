import type { Approval, Checked, Violation } from './check.ts';
import { type Artifact, type ExecutionFact, type Facts, labelSet } from './facts.ts';

/** What stands at the provider against what was approved, and against what each execution ended as. */
export function checkArtifacts(checked: Checked, facts: Facts): Violation[] {
	const latest = new Map(facts.executions.map((execution) => [execution.args_sha, execution]));
	const of = (argsSha: string) => facts.artifacts.filter(({ marks }) => marks.includes(argsSha));
	return [
		...facts.artifacts.flatMap((artifact) => unapproved(artifact, checked.approvals)),
		...[...checked.approvals.values()].flatMap((approval) => {
			const execution = latest.get(approval.argsSha);
			return approval.creates === 'labels'
				? againstLabels(approval, execution, checked, facts)
				: against(approval.argsSha, execution, of(approval.argsSha));
		}),
		...unapprovedLabels(checked, facts),
		...(checked.quiet ? facts.executions.flatMap(leftOver) : []),
	];
}

/** The bytes that stand there are those of an approval, at its place. */
function unapproved(artifact: Artifact, approvals: Checked['approvals']): Violation[] {
	const wrong = (why: string): Violation[] => [{ kind: 'unapproved', what: `${artifact.url} ${why}` }];
	const [mark, ...more] = artifact.marks;
	if (mark === undefined) return wrong('carries no mark');
	if (more.length > 0) return wrong('carries several marks');
	const approval = approvals.get(mark);
	if (approval === undefined) return wrong(`carries the mark of ${short(mark)}, which nobody has approved`);
	const { target, args, creates } = approval;
	if (creates !== artifact.creates) return wrong(`is a ${artifact.creates}, and a ${creates} was approved`);
	const isThere =
		same(target.owner, artifact.owner) &&
		same(target.repo, artifact.repo) &&
		(target.number === undefined || target.number === artifact.number);
	if (!isThere) return wrong('is elsewhere than was approved');
	if (artifact.title !== null && artifact.title !== args.title) return wrong('has another title than was approved');
	return artifact.text.startsWith(`${args.body ?? ''}\n\n---\n`) ? [] : wrong('has another text than was approved');
}

function against(argsSha: string, execution: ExecutionFact | undefined, written: readonly Artifact[]): Violation[] {
	const found: Violation[] = [];
	const urls = written.map(({ url }) => url).join(', ');
	if (written.length > 1) found.push({ kind: 'duplicate', what: `${short(argsSha)} was written as ${urls}` });
	switch (execution?.state) {
		case 'CONFIRMED':
			if (!written.some(({ url }) => url === execution.artifact_url)) {
				found.push({ kind: 'lost', what: `${short(argsSha)} is CONFIRMED at ${execution.artifact_url}: not there` });
			}
			break;
		case 'ABSENT':
		case 'REJECTED':
			if (written.length > 0) {
				found.push({ kind: 'false verdict', what: `${short(argsSha)} is ${execution.state} and stands at ${urls}` });
			}
			break;
		case undefined:
			if (written.length > 0) {
				found.push({ kind: 'unapproved', what: `${short(argsSha)} was written without a reservation: ${urls}` });
			}
	}
	return found;
}

/** A set of labels carries no mark: its writes are told by issue and set. */
function againstLabels(
	approval: Approval,
	execution: ExecutionFact | undefined,
	{ approvals }: Checked,
	{ labelWrites }: Facts,
): Violation[] {
	const key = keyOf(approval);
	const allowed = [...approvals.values()].filter((each) => each.creates === 'labels' && keyOf(each) === key).length;
	const writes = labelWrites.filter((write) => writeKey(write) === key).length;
	const name = short(approval.argsSha);
	if (writes > allowed) return [{ kind: 'duplicate', what: `the labels of ${name} were set ${writes} times` }];
	if (execution?.state === 'CONFIRMED' && writes === 0) {
		return [{ kind: 'lost', what: `the labels of ${name} are CONFIRMED and were never set` }];
	}
	const isOver = execution === undefined || execution.state === 'ABSENT' || execution.state === 'REJECTED';
	if (isOver && writes > 0 && allowed === 1) {
		return [{ kind: 'false verdict', what: `the labels of ${name} are ${execution?.state ?? 'not reserved'} and set` }];
	}
	return [];
}

function unapprovedLabels({ approvals }: Checked, { labelWrites }: Facts): Violation[] {
	const known = new Set([...approvals.values()].filter(({ creates }) => creates === 'labels').map(keyOf));
	return labelWrites
		.filter((write) => !known.has(writeKey(write)))
		.map((write) => ({ kind: 'unapproved', what: `labels that nobody has approved: ${writeKey(write)}` }));
}

function keyOf({ target, args }: Approval): string {
	const labels = Array.isArray(args.labels) ? args.labels.map(String) : [];
	return writeKey({ ...target, number: target.number ?? 0, set: labelSet(labels) });
}

function writeKey({ owner, repo, number, set }: Facts['labelWrites'][number]): string {
	return `${owner}/${repo}#${number} ${set}`.toLowerCase();
}

const OPEN = new Set(['RESERVED', 'INDETERMINATE', 'NEEDS_HUMAN']);

function leftOver({ id, args_sha: argsSha, state }: ExecutionFact): Violation[] {
	return OPEN.has(state) ? [{ kind: 'left over', what: `${short(argsSha)} is still ${state} (execution ${id})` }] : [];
}

function same(a: string, b: string): boolean {
	return a.toLowerCase() === b.toLowerCase();
}

export function short(argsSha: string): string {
	return argsSha.slice(0, 16);
}
