import type { Deps } from '#gateway/deps';
import type { Principal } from '#gateway/ports/caller';
import type { JoinIdentity } from '#gateway/ports/people';
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

/** Failures by client address. */
export interface OpenLimit {
	/** Seconds until the address may try again; null when it may now. */
	wait(address: string): Promise<number | null>;
	failed(address: string): Promise<void>;
}

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
