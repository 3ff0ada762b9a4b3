import type { AnswerOf } from '#api/contract/routes';
import type { Trouble } from '#cli/http/trouble';
import { err, ok, type Result } from '#core/result';
import type { StepTrouble } from './report.ts';
import type { Smoke } from './subject.ts';

export const FLAG = 'mcp.gateway';

/** How long it is tried. */
const RESTORE_MS = 90_000;
/** How long a switching-off whose answer was lost may still arrive at the portal. */
const LATE_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;
const REQUEST_MS = 10_000;

/** What the flag's row says: whoever finds it off knows whose work it is, and so does this run. */
export function reasonOf(run: string, what: string): string {
	return `portal smoke ${run}: ${what}`;
}

/**
 * Switches the flag on again if this run switched it off, and sees that it is on. What somebody else has switched off
 * meanwhile stays off: an incident must not be undone by a test. Tried until {@link RESTORE_MS} is over, signed in anew
 * when the session is gone, not stopped by signals; gives a sentence for the report.
 * @param certain the portal has answered that it is off. Else the answer was lost, and it may go off a moment later.
 */
export async function restoreFlag(
	smoke: Smoke,
	{ certain }: { certain: boolean },
): Promise<Result<string, StepTrouble>> {
	const { portal, options } = smoke;
	const query = { tenant: options.tenant };
	const how = { evenWhenStopping: true, timeoutMs: Math.min(REQUEST_MS, options.address.timeoutMs) };
	const began = smoke.now();
	const onStop = (): void => smoke.tell(loud(smoke, 'It is being switched on again; do not kill this command.'));
	if (!smoke.stop.aborted) smoke.stop.addEventListener('abort', onStop);
	try {
		let last: Trouble | null = null;
		for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
			const flags = await portal.call('GET /api/flags', { query }, how);
			const state = flags.ok ? stateOf(flags.value, smoke.run, certain) : 'not known';
			if (state === 'theirs') return leftOff(smoke, flags);
			const waited = smoke.now() - began;
			if (state === 'on' && (certain || waited >= LATE_MS)) return ok('the flag is on');
			if (state === 'ours') {
				const body = { enabled: true, reason: reasonOf(smoke.run, 'on again, the check is done') };
				const on = await portal.call('PUT /api/flags/:flag', { query, params: { flag: FLAG }, body }, how);
				if (on.ok && on.value.flags.find(({ flag }) => flag === FLAG)?.tenant === true)
					return ok('the flag is on again');
				last = on.ok ? null : on.error;
			} else if (!flags.ok) {
				last = flags.error;
			}
			if (last?.code === 'unauthenticated') await portal.signIn();
			if (waited >= RESTORE_MS) return givenUp(smoke, last);
			if (last !== null && pause === FIRST_PAUSE_MS) {
				smoke.tell(`${FLAG} could not be switched on again yet (${last.reason}) Trying for ${RESTORE_MS / 1000} s.`);
			}
			await smoke.pause(pause);
		}
	} finally {
		smoke.stop.removeEventListener('abort', onStop);
	}
}

/** Whose switching-off it is, as far as the matrix tells: it names the last reason, or that of the global switch. */
function stateOf(
	{ flags }: AnswerOf<'GET /api/flags'>,
	run: string,
	certain: boolean,
): 'on' | 'ours' | 'theirs' | 'not known' {
	const row = flags.find(({ flag }) => flag === FLAG);
	if (row === undefined) return 'not known';
	if (row.tenant) return 'on';
	if (row.reason?.startsWith(reasonOf(run, '')) === true) return 'ours';
	// Switched off everywhere in the meantime: then the tenant's own reason is not shown.
	if (!row.global) return certain ? 'ours' : 'not known';
	return 'theirs';
}

function leftOff(smoke: Smoke, flags: Result<AnswerOf<'GET /api/flags'>, Trouble>): Result<never, StepTrouble> {
	const row = flags.ok ? flags.value.flags.find(({ flag }) => flag === FLAG) : undefined;
	const reason = `While this run had ${FLAG} off, ${row?.by ?? 'somebody'} switched it off too (${row?.reason ?? 'no reason given'}). It was left off: switch it on when they agree, at ${pageOf(smoke.options)}.`;
	smoke.tell(reason);
	return err({ code: 'flag_not_restored', reason });
}

function givenUp(smoke: Smoke, last: Trouble | null): Result<never, StepTrouble> {
	const why = last === null ? 'The portal does not show it as on.' : last.reason;
	const reason = loud(smoke, `It could not be switched on again within ${RESTORE_MS / 1000} s: ${why}`);
	smoke.tell(reason);
	return err({ code: 'flag_not_restored', reason });
}

function loud({ options }: Smoke, why: string): string {
	const { tenant } = options;
	return `!!! ${FLAG} MAY BE OFF FOR TENANT ${tenant}, switched off by this command: nothing can be proposed or executed there. ${why} To switch it on by hand: ${pageOf(options)}, row ${FLAG}, column of the tenant, with a reason. Or as its ADMIN: PUT ${options.address.origin}/api/flags/${FLAG}?tenant=${tenant} {"enabled":true,"reason":"…"} !!!`;
}

function pageOf(options: Smoke['options']): string {
	return `${options.address.origin}/t/${options.tenant}/settings/kill-switch`;
}
