import type { Creates, Target } from '#core/registry/types';

/** What the URL of an artifact must be like: the approved repository on the configured web origin. */
export interface Expected {
	readonly creates: Creates;
	readonly target: Target;
}

const NUMBER = /^[1-9][0-9]{0,9}$/;

/**
 * Whether a URL that the upstream reports is where the approved write was to land: `approved`; `inside`, an issue, pull
 * request or comment of the approved repository (and issue, where one was approved) that this write does not make;
 * `elsewhere` for any other web address (a renamed repository is followed by the server, a wrong origin is not GitHub); or
 * `unreadable`. Owner and repository are compared without case, as GitHub does. A comment on a pull request stands under
 * `/pull/`.
 */
export function placeOf(url: string, id: string, { creates, target }: Expected, webUrl: string) {
	const parsed = webAddress(url);
	if (parsed === null) return { kind: 'unreadable' } as const;
	const segments = parsed.pathname.split('/');
	const [, owner, repo, kind, number] = segments;
	const inRepository =
		parsed.origin === new URL(webUrl).origin &&
		parsed.username === '' &&
		parsed.password === '' &&
		parsed.search === '' &&
		segments.length === 5 &&
		owner?.toLowerCase() === target.owner.toLowerCase() &&
		repo?.toLowerCase() === target.repo.toLowerCase();
	if (!inRepository || (kind !== 'issues' && kind !== 'pull') || !NUMBER.test(number ?? '')) {
		return { kind: 'elsewhere', url: parsed.href } as const;
	}
	const isOnTarget = target.number === undefined || number === String(target.number);
	if (!isOnTarget || !/^(?:#issuecomment-[0-9]{1,20})?$/.test(parsed.hash)) {
		return { kind: 'elsewhere', url: parsed.href } as const;
	}
	const approved =
		creates === 'comment' ? parsed.hash === `#issuecomment-${id}` : kind === 'issues' && parsed.hash === '';
	return { kind: approved ? 'approved' : 'inside', url: parsed.href } as const;
}

/** A web address, relative to `base` where one is given; null for any other text. */
export function webAddress(url: string, base?: string): URL | null {
	if (url.length > 2048 || /[\s\p{Cc}]/u.test(url)) return null;
	const parsed = URL.parse(url, base);
	return parsed !== null && (parsed.protocol === 'https:' || parsed.protocol === 'http:') ? parsed : null;
}

export function issueUrl(webUrl: string, { owner, repo }: Target, number: number): string {
	return `${new URL(webUrl).origin}/${owner}/${repo}/issues/${number}`;
}
