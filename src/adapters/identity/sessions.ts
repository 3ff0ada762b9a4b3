import { hash } from 'node:crypto';
import { parse, parseSigned } from 'hono/utils/cookie';
import type { Database } from '#adapters/store/database';
import type { Principal } from '#gateway/ports/caller';
import type { Clock } from '#gateway/ports/clock';

/** How long a session that was just looked up is believed. Signing out in this process ends it at once all the same. */
const BELIEVED_MS = 1000;
const MOST_REMEMBERED = 10_000;

export interface Sessions {
	/** The signed-in person of a Cookie header, or null. */
	principal(cookies: string | null): Promise<Principal | null>;
	/** Deletes the session of a Cookie header, if there is one. */
	end(cookies: string | null): Promise<void>;
	/** Forgets what was looked up: call it after any change to sessions, passwords or platform admins. */
	forget(): void;
}

interface Found {
	readonly principal: Principal;
	readonly expiresAt: number;
	readonly until: number;
}

type SessionRow = {
	session_id: string;
	expires_at: Date;
	user_id: string;
	name: string;
	email: string;
	platform_admin: boolean;
};

/**
 * Reads better-auth's session cookie (HMAC-SHA256 under the session secret) and its row in one query: its own
 * `getSession` takes two and runs its whole pipeline, too slow for every request.
 */
export function createSessions(options: {
	database: Database;
	secret: string;
	cookieName: string;
	clock: Clock;
}): Sessions {
	const { database, secret, cookieName, clock } = options;
	const remembered = new Map<string, Found>();
	/** Grows with every `forget`: a lookup that began before must not be remembered after. */
	let generation = 0;

	/** The token inside the cookie, when its signature is ours. */
	async function sessionToken(cookies: string): Promise<string | null> {
		const token = (await parseSigned(cookies, secret, cookieName))[cookieName];
		return typeof token === 'string' && token !== '' ? token : null;
	}

	async function lookUp(token: string): Promise<Omit<Found, 'until'> | null> {
		const [row] = await database.query<SessionRow>(
			`SELECT s.id AS session_id, s.expires_at, u.id AS user_id, u.name, u.email, p.user_id IS NOT NULL AS platform_admin
			FROM session s JOIN "user" u ON u.id = s.user_id LEFT JOIN platform_admin p ON p.user_id = u.id
			WHERE s.token = $1`,
			[token],
			'identity_session',
		);
		if (row === undefined) return null;
		return {
			principal: {
				kind: 'user',
				person: { id: row.user_id, name: row.name, email: row.email },
				platformAdmin: row.platform_admin,
				sessionId: row.session_id,
			},
			expiresAt: row.expires_at.getTime(),
		};
	}

	function forget(): void {
		generation += 1;
		remembered.clear();
	}

	return {
		async principal(cookies) {
			const value = cookies === null ? undefined : parse(cookies, cookieName)[cookieName];
			if (cookies === null || value === undefined) return null;
			const now = clock.now().getTime();
			// By hash, so that a dump of this process's memory holds no live cookie for longer than a request.
			const key = hash('sha256', value, 'base64');
			const known = remembered.get(key);
			// A clock that was set back must not make a memory last.
			if (known !== undefined && now < known.until && known.until - now <= BELIEVED_MS) {
				return now < known.expiresAt ? known.principal : null;
			}

			const began = generation;
			const token = await sessionToken(cookies);
			const found = token === null ? null : await lookUp(token);
			if (found === null || clock.now().getTime() >= found.expiresAt) {
				remembered.delete(key);
				return null;
			}
			if (began === generation) {
				if (remembered.size >= MOST_REMEMBERED) remembered.clear();
				remembered.set(key, { ...found, until: now + BELIEVED_MS });
			}
			return found.principal;
		},

		async end(cookies) {
			const token = cookies === null ? null : await sessionToken(cookies);
			if (token === null) return;
			try {
				await database.query('DELETE FROM session WHERE token = $1', [token]);
			} finally {
				// Also when the answer got lost: the row may be gone.
				forget();
			}
		},

		forget,
	};
}
