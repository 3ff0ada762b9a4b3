import type { ProblemError } from '#api/client';
import type { RefusalCode } from '#core/refusals';
import { headingOf, type Named } from '#ui/words.ts';

/** What a person can do about a refusal: words, and a page of the tenant where the fix is. */
export interface Fix {
	readonly words: string;
	readonly path?: string;
	readonly label?: string;
}

const killSwitch = { path: 'settings/kill-switch', label: 'See all switches' };
const targets = { path: 'settings/targets', label: 'Open Targets' };
const integrations = { path: 'settings/integrations', label: 'Open Integrations' };

const fixes: { readonly [C in RefusalCode]?: Fix } = {
	'feature-disabled': { words: 'An ADMIN can switch the gateway on. Your text is kept.', ...killSwitch },
	agent_dispatch_disabled: { words: 'An ADMIN can switch agent dispatch on. Your text is kept.', ...killSwitch },
	role_required: { words: 'Show an ADMIN what you previewed: nothing is stored here that they could open.' },
	tool_not_allowed: {
		words: 'The list is part of the program; nobody can switch this on here. Propose an issue that asks for it.',
	},
	target_not_allowed: {
		words: 'Your text is kept.',
		...targets,
	},
	target_changed: {
		words: 'Preview again: you see the labels as they are now, and what your set would change. Your set is kept.',
	},
	credential_missing: { words: 'An ADMIN sets one under Integrations.', ...integrations },
	credential_unreadable: { words: 'Replace the credential under Integrations.', ...integrations },
	provider_not_configured: { words: 'Whoever runs this portal connects it. Your text is kept.' },
	provider_unreachable: { words: 'Nothing was sent, so it is safe to approve again when it is back.' },
	tool_definition_changed: {
		words: 'Whoever runs this portal compares the two definitions. Other writes are not affected.',
		...integrations,
	},
	args_sha_mismatch: { words: 'Preview again and compare. If it happens twice, treat it as an incident.' },
	warning_unacknowledged: { words: 'Preview again and tick every notice that holds.' },
	reserved_marker: { words: 'Take “sarc-mcp:” and “via SARC MCP Gateway” out of the text.' },
	footer_hidden: { words: 'Close the comment, code fence or HTML element that stays open in the text.' },
	invalid_args: { words: 'Change what is named above, then preview again.' },
	rate_limited: { words: 'Wait, then try again. Your approval was not used.' },
	write_budget_exhausted: {
		words:
			'Wait, then approve again: your approval was not used. The portal keeps below what GitHub allows the account that writes; everything that writes with it shares this.',
	},
	execution_in_progress: { words: 'Wait. It ends by itself and is recorded.' },
	execution_unresolved: { words: 'Nothing needed. The portal holds these bytes back until it knows.' },
};

/** What to do when GitHub said no, by the status or words in its reason; `where` is what was to be written to. */
export function rejectedFix(reason: string, where: string): Fix {
	if (/rate limit|answered 429/i.test(reason)) {
		return { words: 'GitHub limits how fast this account may write. Wait some minutes, then preview again.' };
	}
	switch (/(?:answered|HTTP) (\d{3})\b/.exec(reason)?.[1]) {
		case '401':
			return { words: 'GitHub does not accept the token any more. Replace the token.', ...integrations };
		case '403':
			return { words: `Check what the token may do in ${where}, then preview again.`, ...integrations };
		case '404':
			return { words: `Does ${where} exist, and may the token see it?`, ...integrations };
		case '410':
			return { words: `Issues are switched off in ${where}. Switch them on at GitHub, or choose another repository.` };
		case '422':
			return { words: 'Change the text: GitHub does not take it as it is.' };
		default:
			return { words: 'Check what the token may do, then preview again.', ...integrations };
	}
}

/** The fix of a refusal; `where` is the target that was approved. */
export function fixOf({ code, detail }: { code: string; detail: string }, where: string): Fix {
	if (code === 'upstream_rejected') return rejectedFix(detail, where);
	return fixes[code as RefusalCode] ?? { words: 'Preview again in a moment. If it stays, hand on the details.' };
}

/** Refusals of policy are the gate working: neutral. Red is for what was rejected, changed or broken. */
export function toneOf(code: string): 'stop' | 'bad' | 'note' {
	switch (code) {
		case 'upstream_rejected':
		case 'args_sha_mismatch':
		case 'tool_definition_changed':
		case 'credential_unreadable':
		case 'internal':
		case 'database_unavailable':
			return 'bad';
		case 'rate_limited':
		case 'write_budget_exhausted':
		case 'target_changed':
		case 'provider_unreachable':
			return 'note';
		default:
			return 'stop';
	}
}

export const refusalHeading = (error: ProblemError, named: Named) =>
	headingOf(error.code, { what: 'The portal could not do this', ...named });
