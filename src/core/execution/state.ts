/**
 * States of a write that leaves the building (contracts §5). A RESERVED row whose process died counts as possibly sent.
 */
export type ExecutionState = 'RESERVED' | 'CONFIRMED' | 'REJECTED' | 'ABSENT' | 'INDETERMINATE' | 'NEEDS_HUMAN';

/** What the transport can say of one `tools/call`. Only a positive match of the documented success shape is confirmed. */
export type UpstreamOutcome =
	| { readonly kind: 'confirmed'; readonly url: string; readonly id?: string }
	| { readonly kind: 'rejected'; readonly reason: string }
	| { readonly kind: 'not_sent'; readonly why: string; readonly code?: 'tool_definition_changed' }
	/** `claimedUrl`: an address in the approved repository that came with it and proves nothing: where to look first. */
	| { readonly kind: 'unknown'; readonly why: string; readonly claimedUrl?: string }
	/** A success whose URL is not in the approved owner/repo on GITHUB_WEB_URL: written, but elsewhere. */
	| { readonly kind: 'elsewhere'; readonly url: string };
