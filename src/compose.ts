import { hash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createAddressLimit } from '#adapters/identity/address-limit';
import { createClientAddress } from '#adapters/identity/client-address';
import { createFirstAdmins, type FirstAdmins } from '#adapters/identity/first-admin';
import { createIdentity } from '#adapters/identity/identity';
import { createJoinIdentity } from '#adapters/identity/join-identity';
import { createSignInLimit } from '#adapters/identity/sign-in-limit';
import { type Database, isUnavailable } from '#adapters/store/database';
import { createLimitCounts } from '#adapters/store/limit-counts';
import { openServing } from '#adapters/store/open-serving';
import { stamp } from '#adapters/store/stamp';
import { createStore, type PortalStore } from '#adapters/store/store';
import { forgetIdleAccounts } from '#adapters/store/write-slots';
import { systemClock } from '#adapters/system/clock';
import { uuidIds } from '#adapters/system/ids';
import { measuredStore, measuredUpstream } from '#adapters/system/measured';
import { createMetrics, type Metrics } from '#adapters/system/metrics';
import { showsSecret } from '#adapters/transport/shows-secret';
import { createUpstream } from '#adapters/transport/upstream';
import { deriveKey } from '#adapters/vault/derive-key';
import { rootKeyFromSecret, sandboxRootKey } from '#adapters/vault/root-key';
import { createVault } from '#adapters/vault/vault';
import { createApp } from '#api/app';
import type { OwnOrigins } from '#api/http-checks';
import { rateLimit } from '#api/rate-limit';
import { err, ok, type Result } from '#core/result';
import type { Sha256 } from '#core/sha256';
import type { Deps } from '#gateway/deps';
import type { Clock } from '#gateway/ports/clock';
import type { Log } from '#gateway/ports/log';
import { rememberFacts } from '#gateway/recent-facts';
import { createSharedReads } from '#gateway/shared-reads';
import manifest from '../package.json' with { type: 'json' };
import type { Env } from './env.ts';
import { startSchedule } from './schedule.ts';

/** How long /readyz waits for the database: probes are impatient, and theirs must not pile up. */
const READY_MS = 2_000;
/** How long a process that ends waits for its reconciler's present look. */
const LOOK_ENDS_MS = 10_000;

export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');

/** What the sandbox brings instead of GitHub and its MCP server. */
export interface SandboxUpstream {
	readonly sidecarUrl: string;
	readonly webUrl: string;
	readonly acceptedRestDigests: Readonly<Record<string, readonly string[]>>;
}

export interface Portal {
	readonly gateway: Deps;
	readonly database: Database;
	readonly store: PortalStore;
	readonly identity: ReturnType<typeof createIdentity>;
	readonly rootKey: Uint8Array;
	readonly fetch: ReturnType<typeof createApp>['fetch'];
	/** Starts what runs by itself: tool check and reconciler, at once and every minute. */
	start(): Promise<void>;
	/** From now on /readyz says that this process is going: nobody should send it more. It goes on serving. */
	announceStop(): void;
	close(): Promise<void>;
}

/** The only place that picks adapters. The error is for whoever starts the portal: what is wrong and what to do. */
export async function compose(input: {
	env: Env;
	log: Log;
	own: OwnOrigins;
	portalUrl: string;
	/** A function is called once the database is ours: a start that is refused must not touch another portal's sandbox. */
	sandbox: SandboxUpstream | (() => Promise<SandboxUpstream>) | null;
	/** This machine's, unless a test has one that it can turn. */
	clock?: Clock;
}): Promise<Result<Portal, string>> {
	const { env, log, own, portalUrl, clock = systemClock } = input;
	const rootKey = env.secret === null ? await sandboxRootKey(env.dataDir, randomBytes) : rootKeyFromSecret(env.secret);
	if (!rootKey.ok) return err(rootKey.error.message);
	const previousKey = env.previousSecret === null ? null : rootKeyFromSecret(env.previousSecret);
	if (previousKey?.ok === false) return err(previousKey.error.message);

	const opened = await openServing(env, log);
	if (!opened.ok) return opened;
	const database = opened.value;
	const stamped = await stamp(database, env.sandbox ? 'sandbox' : 'production');
	if (!stamped.ok) {
		await database.close();
		return err(stamped.error.detail);
	}

	const sandbox = typeof input.sandbox === 'function' ? await input.sandbox() : input.sandbox;
	const plainStore = createStore(database, { clock, log, random: randomBytes });
	const metrics: Metrics = createMetrics({
		version: manifest.version,
		providers: env.githubServerUrl === null && sandbox === null ? [] : ['github'],
		observed: {
			unsettled: () => plainStore.unsettled(),
			drift: (provider) => upstream.drift(provider),
			now: () => clock.now(),
		},
	});
	const { store, recent } = rememberFacts(measuredStore(plainStore, metrics), clock);
	const webUrl = env.githubWebUrl ?? sandbox?.webUrl ?? 'https://github.com';
	const plainUpstream = createUpstream({
		url: env.githubServerUrl ?? sandbox?.sidecarUrl ?? '',
		webUrl,
		timeoutMs: env.upstreamTimeoutMs,
		acceptedRestDigests: sandbox?.acceptedRestDigests ?? {},
		exactTools: env.exactTools,
		clock,
		log,
		sha256,
	});
	const upstream = measuredUpstream(plainUpstream, metrics, () => performance.now() / 1_000);
	// By their own clocks portals could not share a count: this is the database's. Only what a process remembers of it runs
	// by a clock of its own, one that nobody sets.
	const counts = createLimitCounts(database.query);
	const monotonic = () => performance.now();
	const gateway: Deps = {
		store,
		recent,
		upstream,
		sharedReads: createSharedReads({ counts, clock, monotonic, waitMs: env.upstreamTimeoutMs }),
		holdsSecret: showsSecret,
		vault: createVault({
			rootKey: rootKey.value,
			...(previousKey === null ? {} : { previousRootKey: previousKey.value }),
			keyVersion: env.keyVersion,
		}),
		clock,
		monotonic,
		ids: uuidIds,
		log,
		sha256,
		webUrl,
		upstreamTimeoutMs: env.upstreamTimeoutMs,
		writeBudget: env.writeBudget,
	};
	const identity = createIdentity({
		database,
		store,
		sessionSecret: deriveKey(rootKey.value, 'session', 1),
		baseUrl: portalUrl,
		trustedOrigins: [...own.origins],
		clock,
		ids: uuidIds,
		log,
		signInLimit: createSignInLimit(counts, gateway.monotonic),
	});
	const firstAdmins = createFirstAdmins({ store, accounts: identity.accounts, ids: uuidIds });
	if (!env.sandbox) await nameFirstAdmin(firstAdmins, store, env.firstAdmin, log);
	let stopping = false;
	const app = createApp({
		gateway,
		identity,
		own,
		portalUrl,
		rateLimit: rateLimit(env.ratePerMinute, counts, gateway.monotonic),
		openLimit: createAddressLimit(counts, gateway.monotonic),
		join: createJoinIdentity({
			accounts: identity.accounts,
			firstAdmins,
			signInLimit: identity.signInLimit,
			bootstrapKey: deriveKey(rootKey.value, 'bootstrap', 1),
			clock,
		}),
		clientAddress: createClientAddress({ trustedProxies: env.trustedProxies, log: env.sandbox ? null : log }),
		notReady: async () => [...(stopping ? ['stopping'] : []), ...((await answersSoon(store)) ? [] : ['database'])],
		databaseUnavailable: isUnavailable,
		metrics,
	});

	const schedule = startSchedule(gateway, {
		exclusive: database.kind === 'pglite',
		purge: async () => {
			await counts.purge();
			await forgetIdleAccounts(database.query);
		},
	});
	return ok({
		gateway,
		database,
		store,
		identity,
		rootKey: rootKey.value,
		fetch: app.fetch,
		start: () => schedule.start(),
		announceStop: () => {
			stopping = true;
		},
		close: async () => {
			// A look that takes longer is another portal's to take over, as its lease runs out.
			await Promise.race([schedule.stop(), delay(LOOK_ENDS_MS, undefined, { ref: false })]);
			await upstream.close();
			await store.close();
		},
	});
}

/** Whether the database answers within the patience of whoever asks; the answer of a stopped one may never come. */
async function answersSoon(store: Pick<PortalStore, 'ping'>): Promise<boolean> {
	const answers = store.ping().then(
		() => true,
		() => false,
	);
	return Promise.race([answers, delay(READY_MS, false, { ref: false })]);
}

/** The environment's platform admin, when there is none; and a word to whoever runs the portal when nobody is named. */
async function nameFirstAdmin(
	admins: FirstAdmins,
	store: Pick<PortalStore, 'hasPlatformAdmin'>,
	named: Env['firstAdmin'],
	log: Log,
): Promise<void> {
	if (named !== null) {
		const made = await admins.fromEnvironment(named);
		if (made === null) return;
		if (made.tookOver === undefined)
			log.info({ ...made }, 'the first platform admin, as PORTAL_ADMIN_EMAIL names them');
		else {
			log.warn(
				{ ...made },
				'the first platform admin, as PORTAL_ADMIN_EMAIL names them: a tenant’s link had made this account, so its password is PORTAL_ADMIN_PASSWORD now, and its sessions and tokens have ended',
			);
		}
	} else if (!(await store.hasPlatformAdmin())) {
		log.warn(
			{},
			'there is no platform admin yet: run portal bootstrap, or set PORTAL_ADMIN_EMAIL and PORTAL_ADMIN_PASSWORD',
		);
	}
}
