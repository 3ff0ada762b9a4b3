import type { Target } from '#core/registry/types';
import { artifactPlace, isInRepository } from './artifact-place.ts';
import { refFor, refOf } from './refs.ts';

/** What a read tells of an artifact: all of it is the provider's, and the text perhaps cut. */
export interface SeenArtifact {
	readonly url: string;
	readonly author: string;
	readonly createdAt: Date;
	readonly text: string;
}

export interface Sought {
	readonly argsSha: string;
	readonly target: Target;
	/** The account that wrote. */
	readonly login: string;
	/** Its reservation less the skew of clocks. */
	readonly since: Date;
	readonly webUrl: string;
}

/** Whether the account made it since the reservation. Anybody can copy a mark; nobody else can be the account. */
export function isOfAccount(artifact: SeenArtifact, { login, since }: Pick<Sought, 'login' | 'since'>): boolean {
	return sameLogin(artifact.author, login) && artifact.createdAt >= since;
}

/** Whether it is the artifact: by the account, since the reservation, with the footer, of the right kind at the right place. */
export function isOurs(artifact: SeenArtifact, sought: Sought): boolean {
	return isOfAccount(artifact, sought) && carriesFooter(artifact, sought) && isRightPlace(artifact.url, sought);
}

/** Whether its text ends with this proposal's footer. */
export function carriesFooter({ text }: SeenArtifact, { argsSha }: Pick<Sought, 'argsSha'>): boolean {
	return refOf(text) === refFor(argsSha);
}

/** In the approved repository an issue, or a comment on the issue that was approved. */
export function isRightPlace(url: string, { target, webUrl }: Pick<Sought, 'target' | 'webUrl'>): boolean {
	const place = artifactPlace(url, webUrl);
	if (place === null || !isInRepository(place, target)) return false;
	return target.number === undefined
		? place.kind === 'issues' && place.comment === null
		: place.comment !== null && place.number === target.number;
}

/** GitHub tells accounts apart without letter case. */
export function sameLogin(a: string, b: string): boolean {
	return a.toLowerCase() === b.toLowerCase();
}
