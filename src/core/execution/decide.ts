import { assertNever } from '#core/result';
import { PROVED_ABSENT } from './settlement.ts';

/** Looks after an outcome became unknown, in milliseconds; each comes up to a fifth later. After the last, a verdict. */
export const LOOKS_MS = [2_000, 10_000, 60_000, 300_000, 900_000] as const;
const [FIRST_MS, , SEARCH_MS, , LAST_MS] = LOOKS_MS;
const JITTER = 0.2;
/** A reason has 500 characters; a longer address stands beside it alone. */
const MOST_SHOWN = 190;

/** First look after a sending whose outcome is unknown. */
export const FIRST_LOOK_MS: number = FIRST_MS;
/** From this age on a search is asked too: before, its index has hardly anything to tell. */
export const SEARCH_FROM_MS: number = SEARCH_MS;
/** From this age on a look may conclude absence. */
export const LAST_LOOK_MS: number = LAST_MS;
/** GitHub's clock is not the database's, and its times have whole seconds. */
export const CLOCK_SKEW_MS = 300_000;

/** What one look has seen. */
export type Evidence =
	| { readonly kind: 'found'; readonly url: string }
	/** This proposal's footer, by the account, where or when it does not settle by itself; `why` is a sentence for a person. */
	| { readonly kind: 'astray'; readonly url: string; readonly why: string }
	/** More than one artifact of the account since the reservation with this proposal's footer, wherever; the oldest first. */
	| { readonly kind: 'several'; readonly urls: readonly string[] }
	/** The credential belongs to another account than the one that wrote. */
	| { readonly kind: 'other_login' }
	/**
	 * A clean look: who the credential is and the whole listing, without an error, and it is not there. `unaccounted` counts
	 * the account's artifacts since the reservation that no other execution is known to have made; `sureOfAccount` is false
	 * when the account that wrote was never known and the credential has been replaced.
	 */
	| { readonly kind: 'not_listed'; readonly unaccounted: number; readonly sureOfAccount: boolean }
	/** Of a write that replaces a state: what stands there is not what was approved. */
	| { readonly kind: 'other_state' }
	/** Something could not be read; `why` is a sentence for a person. */
	| { readonly kind: 'unread'; readonly why: string };

export interface LookFacts {
	/** From the moment the outcome became unknown to when this look was due, by the database's clock: it began no earlier. */
	readonly ageMs: number;
	/** Clean looks in a row before this one. */
	readonly cleanLooks: number;
	readonly evidence: Evidence;
	/** The address elsewhere that the answer named; '' when it could not be kept. Absent, when the answer named none. */
	readonly claimedElsewhere?: string;
	/** At least 0, less than 1. */
	readonly random: number;
}

export type Decision =
	| { readonly kind: 'found'; readonly url: string }
	| { readonly kind: 'absent'; readonly why: string }
	/** `claimedUrl`: where a person looks first. */
	| { readonly kind: 'needs_human'; readonly why: string; readonly claimedUrl?: string }
	/** `nextCheckAfterMs` counts from the moment the outcome became unknown. */
	| { readonly kind: 'look_again'; readonly nextCheckAfterMs: number; readonly cleanLooks: number };

/**
 * What follows from a look (contracts §5). Found, astray, several and another account decide at once. Nothing else decides before the last
 * look, and absence only when everything speaks for it: a listing can lag, and one that shows a text may have cut it. After an
 * answer that named an address elsewhere only what is found at the approved place spares a person, who is told at once.
 */
export function decide(facts: LookFacts): Decision {
	const { evidence, ageMs, claimedElsewhere } = facts;
	const isClaimed = claimedElsewhere !== undefined;
	if (isClaimed && ['not_listed', 'other_state', 'unread'].includes(evidence.kind)) {
		return needsHuman(whyElsewhere(claimedElsewhere));
	}
	switch (evidence.kind) {
		case 'found':
			return { kind: 'found', url: evidence.url };
		case 'astray':
			return { ...needsHuman(evidence.why + alsoNamed(claimedElsewhere, [evidence.url])), claimedUrl: evidence.url };
		case 'several': {
			const { urls } = evidence;
			const why = whySeveral(urls) + alsoNamed(claimedElsewhere, urls);
			return { ...needsHuman(why), ...(urls[0] === undefined ? {} : { claimedUrl: urls[0] }) };
		}
		case 'other_login':
			return needsHuman('The credential now belongs to another account: its artifacts cannot be told apart.');
		case 'not_listed':
			return ageMs < LAST_MS ? lookAgain(facts, facts.cleanLooks + 1) : absence(facts.cleanLooks, evidence);
		case 'other_state':
			return ageMs < LAST_MS
				? lookAgain(facts, facts.cleanLooks + 1)
				: needsHuman(
						'What stands there is not what was approved. That does not prove that it was never written: somebody may have changed it since.',
					);
		case 'unread':
			return ageMs < LAST_MS
				? lookAgain(facts, 0)
				: needsHuman(`The last look could not read everything: ${evidence.why}`);
		default:
			return assertNever(evidence);
	}
}

/** What a person is told of an address that the answer named, beside those that were found: they are kept in its place. */
function alsoNamed(claimed: string | undefined, found: readonly string[]): string {
	return claimed === undefined || found.includes(claimed) ? '' : ` The answer named ${shown(claimed)}.`;
}

/** Never silent: which of them the call was to make nobody can tell, and neither that it made only one. */
function whySeveral([first = '', second = '', ...more]: readonly string[]): string {
	const others = more.length === 0 ? '' : ` and ${more.length} more`;
	return `Its mark stands on more than one artifact of the account: ${shown(first)} and ${shown(second)}${others}. It may have been written twice.`;
}

function shown(url: string): string {
	if (url === '') return 'an address that must not be shown';
	return url.length > MOST_SHOWN ? 'an address too long to be shown' : url;
}

function whyElsewhere(url: string): string {
	const named = shown(url);
	return `The provider answered with ${named}, which is not where it was approved, and nothing with its mark was found where it was.`;
}

function absence(cleanLooks: number, seen: Extract<Evidence, { kind: 'not_listed' }>): Decision {
	if (cleanLooks < 1) {
		return needsHuman(
			'It was not found, but only the last look could read everything; absence takes two such looks in a row.',
		);
	}
	if (!seen.sureOfAccount) {
		return needsHuman(
			'It was not found, but the credential has been replaced, and whose account wrote was never known.',
		);
	}
	if (seen.unaccounted > 0) {
		const some = seen.unaccounted === 1 ? 'one artifact' : `${seen.unaccounted} artifacts`;
		return needsHuman(
			`It was not found by its mark, but ${some} of the same account since then could be it: no mark is to be read there, and no other execution is known to have made it.`,
		);
	}
	return { kind: 'absent', why: PROVED_ABSENT };
}

function lookAgain({ ageMs, random }: LookFacts, cleanLooks: number): Decision {
	const next = LOOKS_MS.find((ms) => ms > ageMs) ?? LAST_MS;
	return { kind: 'look_again', nextCheckAfterMs: next * (1 + JITTER * random), cleanLooks };
}

function needsHuman(why: string) {
	return { kind: 'needs_human', why } as const;
}
