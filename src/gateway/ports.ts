import type { Role, Scope } from '#core/access/roles';
import type { Actor, EntryDraft } from '#core/audit/entry';
import type { JsonObject } from '#core/canonical-json';
import type { ExecutionState, UpstreamOutcome } from '#core/execution/state';
import type { Refusal, RefusalCode } from '#core/refusals';
import type { Differences } from '#core/registry/drift';
import type { Creates, Target } from '#core/registry/types';
import type { Result } from '#core/result';
import type { PeopleStore } from './people-ports.ts';

/** People are a file of their own; to adapters it is one set of ports. */
export type * from './people-ports.ts';

/* ---- time, ids ------------------------------------------------------------------------------------------------ */

export interface Clock {
	now(): Date;
}

export interface Ids {
	/** UUIDv7 (RFC 9562). */
	uuid(): string;
}

/* ---- who ------------------------------------------------------------------------------------------------------ */

export interface Person {
	readonly id: string;
	readonly name: string;
	readonly email: string;
}

/** Who calls, after authentication. A token acts for its owner, in one tenant. */
export type Principal =
	| { readonly kind: 'user'; readonly person: Person; readonly platformAdmin: boolean; readonly sessionId: string }
	| {
			readonly kind: 'token';
			readonly tokenId: string;
			readonly tokenName: string;
			readonly tenantId: string;
			readonly scopes: readonly Scope[];
			readonly person: Person;
	  };

export interface Tenant {
	readonly id: string;
	readonly slug: string;
	readonly name: string;
}

/** The caller inside one tenant: what every use case is handed. `role` is read afresh for each request. */
export interface Caller {
	readonly principal: Principal;
	readonly tenant: Tenant;
	readonly memberId: string;
	readonly role: Role;
	readonly requestId: string;
}

/* ---- facts the guard needs, read in one go -------------------------------------------------------------------- */

export interface SwitchInfo {
	readonly enabled: boolean;
	readonly by: string | null;
	readonly at: Date | null;
	readonly reason: string | null;
}

export type Flag = 'mcp.gateway' | 'mcp.execute-tokens';

export interface CredentialInfo {
	readonly id: string;
	readonly provider: string;
	readonly kind: 'pat';
	/** HMAC of the secret, for showing and comparing: 8 hex as `7c1e·94d0`. */
	readonly fingerprint: string;
	readonly login: string | null;
	readonly setBy: string;
	readonly setAt: Date;
	readonly testedAt: Date | null;
}

export interface SealedCredential extends CredentialInfo {
	readonly sealed: string;
}

export interface GuardFacts {
	readonly gatewayOn: boolean;
	readonly executeTokensOn: boolean;
	readonly dispatchOn: boolean;
	/** What the tenant lets be written to, `owner/repo` or `owner/*`; empty = wherever the credential reaches. */
	readonly allowedTargets: readonly string[];
	readonly credential: SealedCredential | null;
}

export interface ExecuteFacts {
	readonly guard: GuardFacts;
	/** The newest epoch of this argsSha, or null. */
	readonly earlier: Execution | null;
	/** Of the person as named now (see `directorySalt`); null when they have none yet. */
	readonly salt: Uint8Array | null;
}

/* ---- executions ----------------------------------------------------------------------------------------------- */

export interface Execution {
	readonly id: string;
	readonly tenantId: string;
	readonly argsSha: string;
	readonly epoch: number;
	readonly provider: string;
	readonly tool: string;
	readonly method: string | null;
	readonly state: ExecutionState;
	readonly code: RefusalCode | null;
	readonly reason: string | null;
	readonly target: Target;
	readonly credentialId: string;
	readonly credentialLogin: string | null;
	/** Who approved, as the audit row names them; kept so that a reconciler can write the row after a crash. */
	readonly actor: Actor;
	/** For the pages only: the approver's name at that time. */
	readonly approver: string;
	readonly requestId: string;
	readonly artifactUrl: string | null;
	readonly reservedAt: Date;
	readonly settledAt: Date | null;
	readonly auditSeq: number | null;
	readonly nextCheckAt: Date | null;
	/** How often the reconciler has begun to look: the number of the last look, which fences what it finds. */
	readonly checks: number;
	/** By the database's clock: since when the outcome counts as unknown. Never before the sending. */
	readonly unknownSince: Date | null;
	/** Complete listings without an error in a row, up to the last look. */
	readonly cleanLooks: number;
	/** An address that came with an answer that proved nothing. */
	readonly claimedUrl: string | null;
	/** Of a write that replaces a state: hashes of the state that was approved upon, and of the approved one. */
	readonly beforeSha: string | null;
	readonly afterSha: string | null;
}

export interface ReserveInput {
	readonly executionId: string;
	readonly caller: Caller;
	readonly provider: string;
	readonly tool: string;
	readonly method: string | null;
	readonly argsSha: string;
	readonly target: Target;
	readonly actor: Actor;
	/** Until when this process may still send, in milliseconds from now, by the database's clock. */
	readonly leaseMs: number;
	/** Of a write that replaces a state; null for one that creates. */
	readonly beforeSha: string | null;
	readonly afterSha: string | null;
	readonly budget: WriteBudget;
}

/** How many writes one credential's account may begin in any minute and any hour; null = no limit. */
export interface WriteBudget {
	readonly perMinute: number | null;
	readonly perHour: number | null;
}

export type ReserveResult =
	| { readonly kind: 'reserved'; readonly execution: Execution; readonly credential: SealedCredential }
	/** Flag, switch, role, token or credential changed since the guard ran: the code says which. Nothing was stored. */
	| {
			readonly kind: 'refused';
			readonly code: RefusalCode;
			/** Seconds until the budget has room again. */
			readonly retryAfter?: number;
			/** The other write that is in the way (a replacing write of the same target that is not settled). */
			readonly executionId?: string;
	  }
	/** This argsSha already has a live execution (RESERVED, CONFIRMED, INDETERMINATE or NEEDS_HUMAN). */
	| { readonly kind: 'exists'; readonly execution: Execution };

export interface SettleInput {
	readonly executionId: string;
	readonly epoch: number;
	/** Only a row in one of these states is moved: together with the epoch this is the fence. */
	readonly from: readonly ExecutionState[];
	readonly to: ExecutionState;
	readonly code: RefusalCode | null;
	readonly reason: string | null;
	readonly artifactUrl: string | null;
	/** When the reconciler looks next, in milliseconds from now by the database's clock; null = never. */
	readonly nextCheckInMs: number | null;
	readonly claimedUrl?: string | null;
	/** The look that found it: nothing happens if another one has begun since. */
	readonly look?: number;
	/** Appended to the tenant's log in the same transaction. */
	readonly entry: EntryDraft;
	/** Whether this row becomes the execution's `auditSeq` (the attempt's own row, not a later verdict's). */
	readonly isAttemptRow: boolean;
}

/* ---- audit ---------------------------------------------------------------------------------------------------- */

export interface AuditPosition {
	readonly seq: number;
	readonly entryHash: string;
}

export interface StoredEntry {
	readonly seq: number;
	readonly entry: string;
	readonly leaf: string;
	readonly entryHash: string;
}

export interface AuditQuery {
	readonly log: string;
	readonly after?: number;
	readonly before?: number;
	readonly limit: number;
	readonly order: 'asc' | 'desc';
	readonly action?: string;
	readonly ok?: boolean;
	readonly actor?: string;
	readonly from?: string;
	readonly to?: string;
}

export interface AuditHead {
	readonly size: number;
	readonly head: string;
}

/* ---- the store: one method per transaction -------------------------------------------------------------------- */

export interface ExecutionStore {
	guardFacts(tenantId: string, provider: string): Promise<GuardFacts>;
	/** All that an execute decides on before it reserves, as of one moment. */
	executeFacts(asked: { tenantId: string; provider: string; argsSha: string; person: Person }): Promise<ExecuteFacts>;
	execution(tenantId: string, id: string): Promise<Execution | null>;
	/** Newest first; `cursor` is an execution id, exclusive. */
	executions(
		tenantId: string,
		options: { limit: number; cursor?: string; state?: ExecutionState },
	): Promise<Execution[]>;
	reserve(input: ReserveInput): Promise<ReserveResult>;
	/** Right before the call: flag and switch again, and that the reservation is still ours and its lease runs. */
	mayStillSend(execution: Execution): Promise<{ ok: true } | { ok: false; code: RefusalCode }>;
	/**
	 * Null when the fence did not hold (someone else has settled it, or the artifact is another execution's): nothing was
	 * changed, no row was written.
	 */
	settle(input: SettleInput): Promise<AuditPosition | null>;
	/** RESERVED rows whose lease has run out (all of them with `everything`: after an exclusive start). */
	orphans(options: { everything: boolean; limit: number }): Promise<Execution[]>;
	/**
	 * Takes one INDETERMINATE row that is due and that nobody looks for (FOR UPDATE SKIP LOCKED, by the database's clock):
	 * nobody else gets it for `leaseMs`. `checks` of what it gives is this look's number. Null when there is none but
	 * of `exceptTenants`.
	 */
	claimLook(leaseMs: number, exceptTenants?: readonly string[]): Promise<Execution | null>;
	/** How many executions of all tenants have no final state, by state, and the age in seconds of each state's oldest. */
	unsettled(): Promise<{ state: ExecutionState; count: number; oldestSeconds: number }[]>;
	/** Notes that this look brought no verdict and ends its lease; does nothing if another look has begun since. */
	postpone(input: {
		executionId: string;
		epoch: number;
		look: number;
		/** From `unknownSince`, in milliseconds. */
		nextCheckAfterMs: number;
		cleanLooks: number;
	}): Promise<void>;
	/** Gives back what this execution took of the write budget: nothing was sent. */
	releaseBudget(executionId: string): Promise<void>;
	/** Which of these visible refs (16 hex) belong to an execution of whatever tenant. */
	knownRefs(refs: readonly string[]): Promise<ReadonlySet<string>>;
	/** Which of these addresses hold what a CONFIRMED execution of whatever tenant has made; labels make nothing. */
	knownArtifacts(urls: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface AuditStore {
	/** Appends one entry under the lock of the log's head row; `log` is a tenant id or `platform`. */
	append(log: string, entry: EntryDraft): Promise<AuditPosition>;
	page(query: AuditQuery): Promise<{ entries: StoredEntry[]; head: AuditHead; more: boolean }>;
	head(log: string): Promise<AuditHead>;
	/** The first entry that stands at or after the head's size: no append of ours leaves one. Null when there is none. */
	beyondHead(log: string): Promise<number | null>;
	/** All entries of a log below `size`, in order, in batches. */
	scan(log: string, size: number): AsyncIterable<readonly StoredEntry[]>;
}

/** As they were typed; compared without letter case. */
export interface AllowedTargets {
	readonly allow: readonly string[];
	readonly by: string | null;
	readonly at: Date | null;
}

export interface SettingsStore {
	flags(tenantId: string): Promise<{ flag: Flag; global: SwitchInfo; tenant: SwitchInfo }[]>;
	dispatch(tenantId: string): Promise<SwitchInfo>;
	/** Each setter changes the setting and appends `entry` in one transaction. Null tenant = global, on the platform log. */
	setFlag(input: {
		tenantId: string | null;
		flag: Flag;
		enabled: boolean;
		by: string;
		reason: string | null;
		entry: (old: boolean) => EntryDraft;
	}): Promise<AuditPosition>;
	setDispatch(input: {
		tenantId: string;
		enabled: boolean;
		by: string;
		reason: string | null;
		entry: (old: boolean) => EntryDraft;
	}): Promise<AuditPosition>;
	targets(tenantId: string): Promise<AllowedTargets>;
	/** Sets them and appends `entry` in one transaction. */
	setTargets(input: {
		tenantId: string;
		allow: readonly string[];
		by: string;
		entry: (old: readonly string[]) => EntryDraft;
	}): Promise<AuditPosition>;
	credential(tenantId: string, provider: string): Promise<SealedCredential | null>;
	credentials(tenantId: string): Promise<CredentialInfo[]>;
	/** Null when `onlyIfNone` is set and the tenant has one: nothing was changed. */
	putCredential(input: {
		tenantId: string;
		credential: SealedCredential;
		onlyIfNone?: boolean;
		entry: (old: CredentialInfo | null) => EntryDraft;
	}): Promise<AuditPosition | null>;
	/** Null when there was none. */
	deleteCredential(input: {
		tenantId: string;
		provider: string;
		entry: (old: CredentialInfo) => EntryDraft;
	}): Promise<AuditPosition | null>;
	noteCredentialTest(input: { tenantId: string; credentialId: string; login: string; at: Date }): Promise<void>;
}

export interface TokenInfo {
	readonly id: string;
	readonly name: string;
	readonly scopes: readonly Scope[];
	readonly ownerId: string;
	readonly owner: string;
	readonly createdAt: Date;
	readonly expiresAt: Date;
	readonly lastUsedAt: Date | null;
}

export interface IdentityStore {
	tenantBySlug(slug: string): Promise<Tenant | null>;
	/** Tenant and membership in one look-up; null when either is not there. */
	memberBySlug(slug: string, userId: string): Promise<{ tenant: Tenant; memberId: string; role: Role } | null>;
	tenant(id: string): Promise<Tenant | null>;
	/** The person's membership in the tenant, read now. */
	membership(tenantId: string, userId: string): Promise<{ memberId: string; role: Role } | null>;
	memberships(userId: string): Promise<{ tenant: Tenant; memberId: string; role: Role }[]>;
	/** The audit directory's row for this person as named now; made when missing. Gives the salt of `actor.commit`. */
	directorySalt(person: Person): Promise<Uint8Array>;
	/** The names that the directory last had for these people; one that was erased is absent. */
	directoryNames(userIds: readonly string[]): Promise<Record<string, string>>;
	createToken(input: { tenantId: string; token: TokenInfo; hash: string; entry: EntryDraft }): Promise<AuditPosition>;
	/** Live tokens of the tenant (of one owner), newest first. */
	tokens(tenantId: string, ownerId?: string): Promise<TokenInfo[]>;
	/** False when there is none to revoke (for this owner). */
	revokeToken(input: { tenantId: string; tokenId: string; ownerId?: string; entry: EntryDraft }): Promise<boolean>;
	/** The live token with this hash, its owner, and `lastUsedAt` noted (at most once a minute). */
	tokenByHash(hash: string, now: Date): Promise<{ token: TokenInfo; tenantId: string; person: Person } | null>;
}

export interface Store extends ExecutionStore, AuditStore, SettingsStore, IdentityStore, PeopleStore {
	/** Answers when the database does. */
	ping(): Promise<void>;
	close(): Promise<void>;
}

/* ---- the other outside things --------------------------------------------------------------------------------- */

/** Opens and seals tenant secrets. The additional data is the row's identity, rebuilt from the row each time. */
export interface Vault {
	seal(secret: string, row: { tenantId: string; provider: string; credentialId: string }): Promise<string>;
	open(
		sealed: string,
		row: { tenantId: string; provider: string; credentialId: string },
	): Promise<Result<string, 'credential_unreadable'>>;
	/** HMAC of the secret under a key of its own: first 8 hex, as `7c1e·94d0`. */
	fingerprint(secret: string): string;
}

/** What the reconciler gets to see of an artifact. */
export interface FoundArtifact {
	readonly url: string;
	readonly author: string;
	readonly createdAt: Date;
	/** As the provider's read tools give it: possibly sanitised or cut. */
	readonly text: string;
}

/**
 * not_found: the provider answered, and what was asked for is not there (for this credential); `gone`: it was there once.
 */
export type ReadResult<T> = Result<
	T,
	{ kind: 'unauthorized' | 'unreachable' | 'unreadable' | 'not_found'; why: string; gone?: boolean }
>;

/** `whole` is false when there may be more: the search was cut short, or a part of it could not be read. */
export interface Searched {
	readonly found: readonly FoundArtifact[];
	readonly whole: boolean;
}

/** The reads end when `until` is aborted, as unreachable: nothing more is asked then, and the socket is closed. */
export interface Upstream {
	/** Whether a URL is configured for this provider. */
	configured(provider: string): boolean;
	/** Definitions that differ from the pinned ones, as of the last look; `ok` false when the last look failed. */
	drift(provider: string): Differences & { ok: boolean; checkedAt: Date | null };
	/** Lists the tools and compares. Never throws. */
	checkTools(provider: string): Promise<void>;
	/** Exactly one `tools/call`, sent at most once. */
	call(input: {
		provider: string;
		tool: string;
		args: JsonObject;
		secret: string;
		/** What a success must match. */
		expect: { creates: Creates; target: Target };
		/** Asked right before the request is written, in the same turn: false = nothing may be sent any more. */
		stillMine?: () => boolean;
	}): Promise<UpstreamOutcome>;
	/** The login that a credential belongs to (`get_me`). */
	whoAmI(provider: string, secret: string, until?: AbortSignal): Promise<ReadResult<{ login: string }>>;
	/** Names of the pinned tools that this credential may use. */
	usableTools(provider: string, secret: string): Promise<ReadResult<Record<string, boolean>>>;
	/** Issues of the repository created since, newest first, through every page. */
	issuesSince(
		provider: string,
		secret: string,
		target: Target,
		since: Date,
		until?: AbortSignal,
	): Promise<ReadResult<FoundArtifact[]>>;
	/** The newest issue of the repository, whenever it was made; null when it has none. */
	newestIssue(
		provider: string,
		secret: string,
		target: Target,
		until?: AbortSignal,
	): Promise<ReadResult<FoundArtifact | null>>;
	/** Comments of the issue created since. */
	commentsSince(
		provider: string,
		secret: string,
		target: Target,
		since: Date,
		until?: AbortSignal,
	): Promise<ReadResult<FoundArtifact[]>>;
	/** Issues that hold this text, by this account, as raw text, anywhere without a target. Only what is found counts: the index lags. */
	searchIssues(
		provider: string,
		secret: string,
		input: { target?: Target; text: string; author: string },
		until?: AbortSignal,
	): Promise<ReadResult<Searched>>;
	/** The issue or comment at an address of GITHUB_WEB_URL. `not_found` also for an address that is none. */
	artifactAt(provider: string, secret: string, url: string, until?: AbortSignal): Promise<ReadResult<FoundArtifact>>;
	/** The labels of the issue, all of them, as they are spelt there. */
	labels(provider: string, secret: string, target: Target, until?: AbortSignal): Promise<ReadResult<readonly string[]>>;
	close(): Promise<void>;
}

export interface Log {
	info(fields: Record<string, unknown>, message: string): void;
	warn(fields: Record<string, unknown>, message: string): void;
	error(fields: Record<string, unknown>, message: string): void;
}

/** A refusal thrown across layers only where a framework calls us back (never inside use cases). */
export type Answer<T> = Promise<Result<T, Refusal>>;
