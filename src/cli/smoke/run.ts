import { audit, idempotent } from './audit.ts';
import { execute } from './execute.ts';
import { flagOff } from './flag-off.ts';
import { prerequisites } from './prerequisites.ts';
import { propose } from './propose.ts';
import { tampered, toolRefused } from './refusals.ts';
import type { Report, StepName } from './report.ts';
import type { Smoke } from './subject.ts';

/** The steps in their order. What needs the result of a failed one is not run; the flag is left alone after any failure. */
export async function runSteps(smoke: Smoke, report: Report): Promise<void> {
	const step: Report['step'] = (name, work) =>
		report.step(name, async () => (smoke.stop.aborted ? interrupted : work()));
	const skip = (...names: StepName[]): void => {
		const why = smoke.stop.aborted ? 'It was interrupted.' : 'An earlier step failed.';
		for (const name of names) report.notRun(name, why);
	};

	const asker = await step('prerequisites', () => prerequisites(smoke));
	if (asker === null) {
		return skip('propose', 'execute', 'audit', 'idempotent', 'tool-refused', 'tampered', 'flag-off');
	}
	const proposal = await step('propose', () => propose(smoke, asker));
	if (proposal === null) return skip('execute', 'audit', 'idempotent', 'tool-refused', 'tampered', 'flag-off');

	const executed = await step('execute', () => execute(smoke, asker, proposal));
	if (executed === null) skip('audit', 'idempotent');
	else {
		await step('audit', () => audit(smoke, asker, proposal, executed));
		await step('idempotent', () => idempotent(smoke, proposal, executed));
	}
	if (smoke.stop.aborted) return skip('tool-refused', 'tampered', 'flag-off');
	await step('tool-refused', () => toolRefused(smoke, asker));
	await step('tampered', () => tampered(smoke, asker, proposal));

	if (report.failed()) return skip('flag-off');
	const why = reasonNotToSwitch(smoke);
	if (why !== null) return report.notRun('flag-off', why);
	await step('flag-off', () => flagOff(smoke, asker, proposal));
}

const interrupted = { ok: false, error: { code: 'interrupted', reason: 'It was interrupted.' } } as const;

function reasonNotToSwitch({ options }: Smoke): string | null {
	if (options.skipFlag) return '--skip-flag: the flag was left alone, so it is not known whether “off” means off.';
	if (options.credentials.kind === 'token') {
		return 'A token changes no settings: whether “off” means off is only checked with a sign-in (--email and PORTAL_SMOKE_PASSWORD).';
	}
	return null;
}
