/** What the join page tells the sign-in page: it stays in this tab, so that no address and no log holds the e-mail. */
export interface Joined {
	readonly email: string;
	readonly tenant: string | null;
}

const key = 'sarc-joined';

/** Left out where storage is switched off: signing in works without it. */
export function handOver(joined: Joined): void {
	try {
		sessionStorage.setItem(key, JSON.stringify(joined));
	} catch {
		// nothing depends on it
	}
}

/** Read once: a later visit to the sign-in page has nothing to do with it. */
export function takeOver(): Joined | undefined {
	try {
		const text = sessionStorage.getItem(key);
		sessionStorage.removeItem(key);
		return text === null ? undefined : joinedOf(JSON.parse(text));
	} catch {
		return undefined;
	}
}

/** Whatever runs on this origin can write there: only what has the right shape is shown. */
export function joinedOf(value: unknown): Joined | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const { email, tenant } = value as Record<string, unknown>;
	if (typeof email !== 'string') return undefined;
	return tenant === null || typeof tenant === 'string' ? { email, tenant } : undefined;
}
