import type { Clock } from './ports/clock.ts';
import type { ExecutionStore } from './ports/executions.ts';
import type { IdentityStore } from './ports/identity.ts';
import type { Store } from './ports/store.ts';

/** How long another process's change may go unseen by a propose. */
const BELIEVED_MS = 1_000;
const MOST_REMEMBERED = 10_000;

/**
 * What a propose has to know, from the database or from memory that is at most a second old. Only for propose: it sends
 * nothing and stores nothing, and whatever it let through, execute reads again, the decisive part under lock.
 */
export type RecentFacts = Pick<IdentityStore, 'memberBySlug'> & Pick<ExecutionStore, 'guardFacts'>;

/** Store methods that change none of these facts. Every other one is taken to change them, a new one too. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set<keyof Store>([
	...([
		'guardFacts',
		'executeFacts',
		'execution',
		'executions',
		'mayStillSend',
		'orphans',
		'claimLook',
		'unsettled',
		'releaseBudget',
		'knownArtifacts',
		'supersede',
	] as const),
	...(['reserve', 'settle', 'postpone', 'append', 'page', 'head', 'beyondHead', 'scan'] as const),
	...(['flags', 'dispatch', 'targets', 'credential', 'credentials'] as const),
	...([
		'tenantBySlug',
		'memberBySlug',
		'tenant',
		'membership',
		'memberships',
		'directorySalt',
		'directoryNames',
	] as const),
	...(['tokens', 'tokenByHash', 'members', 'invitationByHash'] as const),
	...(['ping', 'close'] as const),
]);

interface Known {
	readonly since: number;
	readonly value: Promise<unknown>;
}

/**
 * Remembers what it reads from `store`. The store that it gives forgets it all with every change made through it, so that
 * whoever changes a setting in this process sees it at once.
 */
export function rememberFacts<S extends Store>(store: S, clock: Clock): { store: S; recent: RecentFacts } {
	let known = new Map<string, Known>();
	const forget = (): void => {
		known = new Map();
	};

	async function recall<T>(key: string, read: () => Promise<T | null>): Promise<T | null> {
		const now = clock.now().getTime();
		const found = known.get(key);
		// A clock that was set back must not make a memory last.
		if (found !== undefined && found.since <= now && now < found.since + BELIEVED_MS) return found.value as Promise<T>;
		const value = read();
		const into = known;
		if (into.size >= MOST_REMEMBERED) into.clear();
		into.set(key, { since: now, value });
		// A failure is nobody's answer but of those who wait for it; “there is none” is not kept, since anybody can ask for it.
		const drop = (): void => {
			if (into.get(key)?.value === value) into.delete(key);
		};
		value.then((result) => result === null && drop(), drop);
		return value;
	}

	const methods = Object.entries(store).map(([name, method]) => {
		if (CHANGES_NOTHING.has(name) || typeof method !== 'function') return [name, method];
		const changing = async (...args: unknown[]): Promise<unknown> => {
			forget();
			try {
				return await method(...args);
			} finally {
				// Again: what was read while the change was under way may be from before it. Also when it failed, since an
				// answer that got lost may be that of a change that stands.
				forget();
			}
		};
		return [name, changing];
	});

	return {
		store: Object.fromEntries(methods) as S,
		recent: {
			memberBySlug: (slug, userId) => recall(`member ${slug} ${userId}`, () => store.memberBySlug(slug, userId)),
			guardFacts: async (tenantId, provider) => {
				const facts = await recall(`facts ${tenantId} ${provider}`, () => store.guardFacts(tenantId, provider));
				return facts ?? store.guardFacts(tenantId, provider);
			},
		},
	};
}
