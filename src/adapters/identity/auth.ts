import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { betterAuth } from 'better-auth/minimal';
import type { Database } from '#adapters/store/database';
import { tables } from '#adapters/store/tables';
import type { Ids } from '#gateway/ports/clock';
import type { Log } from '#gateway/ports/log';

/** A working day. Not prolonged by use: whoever approves writes signs in once a day. */
export const SESSION_SECONDS = 12 * 60 * 60;

export const PASSWORD_LENGTH = { min: 8, max: 128 } as const;

/** Name of the session cookie; the prefix makes browsers accept it over https only (RFC 6265bis §4.1.3.1). */
export function sessionCookieName(baseUrl: string): string {
	return `${baseUrl.startsWith('https://') ? '__Secure-' : ''}better-auth.session_token`;
}

/**
 * better-auth with e-mail and password over the portal's own tables. Everything is stated that it would otherwise take from the
 * environment (BETTER_AUTH_*) or guess from NODE_ENV.
 */
export function createAuth(options: {
	database: Database;
	secret: string;
	baseUrl: string;
	trustedOrigins: readonly string[];
	ids: Ids;
	log: Log;
}): (request: Request) => Promise<Response> {
	const auth = betterAuth({
		database: drizzleAdapter(options.database.db, { provider: 'pg', schema: tables }),
		baseURL: options.baseUrl,
		basePath: '/api/auth',
		secret: options.secret,
		trustedOrigins: [...options.trustedOrigins],
		emailAndPassword: {
			enabled: true,
			disableSignUp: true,
			minPasswordLength: PASSWORD_LENGTH.min,
			maxPasswordLength: PASSWORD_LENGTH.max,
		},
		session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
		// sign-in-limit.ts counts by account too, and says truthfully when it opens again.
		rateLimit: { enabled: false },
		telemetry: { enabled: false },
		advanced: {
			useSecureCookies: options.baseUrl.startsWith('https://'),
			// Lax: a link to an approval in a chat or an issue must open for somebody who is signed in.
			defaultCookieAttributes: { sameSite: 'lax', httpOnly: true, path: '/' },
			disableOriginCheck: false,
			database: { generateId: () => options.ids.uuid() },
			// Nothing here needs the addresses and browsers of people kept.
			ipAddress: { disableIpTracking: true },
		},
		// Its default prints an unexpected error, SQL and parameters included, to the console and answers 500 without
		// telling anybody: this way it reaches the API's own error handler.
		onAPIError: { throw: true },
		logger: {
			level: 'error',
			// Its messages are not repeated: some are those of the database driver.
			log: (_level, _message, ...details) => {
				const error = details.find((detail) => detail instanceof Error);
				options.log.error(error === undefined ? {} : { err: error }, 'better-auth reported an error');
			},
		},
	});
	return (request) => auth.handler(request);
}
