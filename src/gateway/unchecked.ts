/**
 * Why nothing could be read, for good, when a person said that a write did not happen: kept in the audit log and answered,
 * so no name changes its meaning. `not_visible`: the repository or issue is gone, or the credential may not see it.
 */
export const UNCHECKED = [
	'provider_not_configured',
	'credential_missing',
	'credential_unreadable',
	'credential_rejected',
	'not_visible',
] as const;
export type Unchecked = (typeof UNCHECKED)[number];
