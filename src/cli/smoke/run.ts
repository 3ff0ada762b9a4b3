import { audit, idempotent } from './audit.ts';
import { execute } from './execute.ts';
import { flagOff } from './flag-off.ts';
import { prerequisites } from './prerequisites.ts';
import { propose } from './propose.ts';
import { tampered, toolRefused } from './refusals.ts';
import { type Report, STEPS, type StepName } from './report.ts';
import type { Smoke } from './subject.ts';

/** The steps in their order. What needs the result of a failed one is not run; the flag is left alone after any failure. */
export async function runSteps(smoke: Smoke, report: Report): Promise<void> {
	const left = new Set(Object.keys(STEPS) as StepName[]);
	const step: Report['step'] = async (name, work) => {
		left.delete(name);
		return report.step(name, async () => (smoke.stop.aborted ? interrupted : work()));
	};

	const asker = await step('prerequisites', () => prerequisites(smoke));
	const proposal = asker === null ? null : await step('propose', () => propose(smoke, asker));
	if (asker !== null && proposal !== null) {
		const executed = await step('execute', () => execute(smoke, asker, proposal));
		if (executed !== null) {
			await step('audit', () => audit(smoke, asker, proposal, executed));
			await step('idempotent', () => idempotent(smoke, proposal, executed));
		}
		if (!smoke.stop.aborted) {
			await step('tool-refused', () => toolRefused(smoke, asker));
			await step('tampered', () => tampered(smoke, asker, proposal));
			const why = report.failed() ? null : reasonNotToSwitch(smoke);
			if (why !== null) report.notRun('flag-off', why);
			if (why !== null) left.delete('flag-off');
			else if (!report.failed()) await step('flag-off', () => flagOff(smoke, asker, proposal));
		}
	}
	for (const name of left) {
		report.notRun(name, smoke.stop.aborted ? 'It was interrupted.' : 'An earlier step failed.');
	}
}

const interrupted = { ok: false, error: { code: 'interrupted', reason: 'It was interrupted.' } } as const;

function reasonNotToSwitch({ options }: Smoke): string | null {
	if (options.skipFlag) return '--skip-flag: the flag was left alone, so it is not known whether “off” means off.';
	if (options.credentials.kind === 'token') {
		return 'A token changes no settings: whether “off” means off is only checked with a sign-in (--email and PORTAL_SMOKE_PASSWORD).';
	}
	return null;
}
