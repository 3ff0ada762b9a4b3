/**
 * States of a write that leaves the building (contracts §5). A RESERVED row whose process died counts as possibly sent.
 */
export type ExecutionState = 'RESERVED' | 'CONFIRMED' | 'REJECTED' | 'ABSENT' | 'INDETERMINATE' | 'NEEDS_HUMAN';

/** What the transport can say of one `tools/call`. Only a positive match of the documented success shape is confirmed. */
export type UpstreamOutcome =
	| { readonly kind: 'confirmed'; readonly url: string; readonly id?: string }
	| { readonly kind: 'rejected'; readonly reason: string }
	| { readonly kind: 'not_sent'; readonly why: string; readonly code?: 'tool_definition_changed' }
	/** `claimedUrl`: an address that came with it and proves nothing: where to look first. */
	| { readonly kind: 'unknown'; readonly why: string; readonly claimedUrl?: string }
	/**
	 * An answer, of whatever shape, that names an artifact where none was approved: perhaps written, but elsewhere. `url` is ''
	 * when the address must not be kept.
	 */
	| { readonly kind: 'elsewhere'; readonly url: string };
