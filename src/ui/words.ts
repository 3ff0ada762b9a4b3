import type { RefusalCode } from '#core/refusals';

/** What a heading may need to name. */
export interface Named {
	readonly tenant?: string;
	readonly tool?: string;
	readonly role?: string;
	/** When it may be tried again: “in 12 s”, “at 08:44:12 UTC”; undefined once it may. */
	readonly ready?: string | undefined;
	/** What could not be done, when the code itself says little: “The audit log could not be read”. */
	readonly what?: string;
}

/** How long a wait is: “12 s”, “3 min 20 s”, “1 h 2 min”. */
export function waitText(seconds: number): string {
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Code → heading: what happened, in the reader’s words. Copy of product law: a change here is a change of meaning. */
const headings: { readonly [C in RefusalCode]?: (named: Named) => string } = {
	'feature-disabled': ({ tenant = 'this tenant' }) => `Nothing can be proposed or executed in ${tenant}`,
	agent_dispatch_disabled: ({ tenant = 'this tenant' }) => `Nothing can be proposed or executed in ${tenant}`,
	role_required: ({ role = 'MEMBER' }) =>
		role === 'MEMBER'
			? 'You are a MEMBER here: you can preview, an ADMIN approves'
			: `You are ${role} here: this needs another role`,
	tool_not_allowed: ({ tool = 'this tool' }) => `Refused: ${tool} is not on the write list`,
	args_sha_mismatch: () => 'Stopped: what arrived is not what was approved',
	credential_missing: () => 'There is no GitHub credential yet',
	credential_unreadable: () => 'The stored GitHub credential does not open',
	credential_rejected: () => 'GitHub refuses this token',
	provider_not_configured: () => 'GitHub is not connected to this portal',
	provider_unreachable: () => 'GitHub could not be reached. Nothing was sent',
	tool_definition_changed: ({ tool = 'This tool' }) => `Refused: GitHub’s ${tool} is not the one that was reviewed`,
	already_member: ({ tenant = 'this tenant' }) => `This person is in ${tenant} already`,
	last_admin: ({ tenant = 'This tenant' }) => `${tenant} would have no ADMIN left`,
	slug_taken: () => 'Another tenant has this slug',
	rate_limited: ({ ready }) => (ready ? `Too many requests. Ready again ${ready}` : 'Ready again'),
	write_budget_exhausted: ({ ready }) =>
		ready ? `The write budget is used up. Ready again ${ready}` : 'The write budget has room again',
	target_not_allowed: ({ tenant = 'This tenant' }) => `Refused: ${tenant} does not write there`,
	target_changed: () => 'Stopped: somebody changed the labels since you looked',
	execution_settled: () => 'Settled already',
	artifact_not_verified: () => 'What stands there does not bear that out',
	reason_required: () => 'Say why',
	execution_in_progress: () => 'These bytes are being written right now',
	execution_unresolved: () => 'Held back: it is not known yet what became of these bytes',
	upstream_rejected: () => 'GitHub said no. Nothing was written',
	outcome_unknown: () => 'Sent, but the answer was lost. We are finding out',
	warning_unacknowledged: () => 'A notice has not been ticked',
	reserved_marker: () => 'The text holds what only the portal may write',
	footer_hidden: () => 'The text would hide the approver’s footer',
	invalid_args: () => 'Something in the form does not fit',
	tenant_not_found: () => 'There is no such tenant for you',
	scope_required: () => 'This is not allowed with the rights you have now',
};

export function headingOf(code: string, named: Named = {}): string {
	const heading = headings[code as RefusalCode];
	return heading ? heading(named) : (named.what ?? 'Something broke in the portal');
}

/** Numbers grouped as in 1,290. */
export const grouped = (count: number) => count.toLocaleString('en-US');
