const NOTHING_SENT = /\s*Nothing was sent\.$/;

/** Why something could not be read, as one sentence to go on from: what was not sent is the caller's to say, once. */
export function whySentence(why: string): string {
	const words = why.trim().replace(NOTHING_SENT, '');
	return /[.!?]$/.test(words) ? words : `${words}.`;
}
