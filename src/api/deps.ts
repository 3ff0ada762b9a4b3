import type { Deps } from '#gateway/deps';
import type { JoinIdentity, Principal } from '#gateway/ports';
import type { OwnOrigins } from './http-checks.ts';
import type { RateLimit } from './rate-limit.ts';

/** Sign-in and credentials of callers, as the API needs them. */
export interface Identity {
	/** Serves better-auth's own routes; 404 for every one that is not allowed. */
	handler(request: Request, clientAddress: string): Promise<Response>;
	/** The caller of a request, or null: no, unknown, expired or revoked credential. */
	authenticate(request: Request): Promise<Principal | null>;
	mintToken(): { token: string; hash: string };
}

/** Counted as a failure until `settle` is told otherwise; `retryAfter` in seconds. */
export type OpenLimit = (
	address: string,
) => Promise<
	| { readonly allowed: true; readonly settle: (outcome: 'succeeded' | 'failed') => Promise<void> }
	| { readonly allowed: false; readonly retryAfter: number }
>;

export interface ApiDeps {
	readonly gateway: Deps;
	readonly identity: Identity;
	readonly own: OwnOrigins;
	/** First own origin: the base of problem types. */
	readonly portalUrl: string;
	readonly rateLimit: RateLimit;
	/** Counts failures by client address on open routes that take a body. */
	readonly openLimit: OpenLimit;
	readonly join: JoinIdentity;
	readonly clientAddress: (headers: Headers, socketAddress: string) => string;
	/** What is not ready to serve; empty when all is. */
	readonly notReady: () => Promise<string[]>;
	readonly metrics: {
		request(input: { method: string; route: string; status: number; seconds: number }): void;
		/** Prometheus' text format. */
		text(): Promise<string>;
	};
	/** Whether an error that a use case threw says “no database now”. */
	readonly databaseUnavailable: (cause: unknown) => boolean;
}
