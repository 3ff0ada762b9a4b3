import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EntryDraft } from '#core/audit/entry';
import type { ExecutionState } from '#core/execution/state';

/** What stands unsettled, over all tenants. */
export interface Unsettled {
	readonly state: ExecutionState;
	readonly count: number;
	/** Seconds since the oldest of them was reserved. */
	readonly oldestSeconds: number;
}

/** Asked when Prometheus scrapes. */
export interface Observed {
	unsettled(): Promise<readonly Unsettled[]>;
	drift(provider: string): { readonly ok: boolean; readonly changed: readonly string[] };
	now(): Date;
}

export interface Metrics {
	/** One answered request. `route` is the pattern of the route table, never the path as it came. */
	request(input: { method: string; route: string; status: number; seconds: number }): void;
	/** One audit row that is durable. Rows that are no attempt and no verdict are not counted. */
	row(entry: EntryDraft): void;
	upstreamCall(provider: string, seconds: number): void;
	/** Prometheus' text format, version 0.0.4. */
	text(): Promise<string>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const SIGN_IN = '/api/auth/sign-in/email';
/** Its 401 is a wrong password of an account: counted, so that guessing by way of a link is seen too. */
const JOIN = '/api/join';
/** /metrics is open to whoever reaches the port: however often it is asked, the database is asked once in this time. */
const BELIEVED_MS = 5_000;

/**
 * The portal's metrics (docs/runbook.md says what to watch). Labels are names of our own only: no tenant, person, target
 * or argument, so that the page tells a stranger nothing of anybody and nobody can blow up its size.
 */
export function createMetrics(options: { version: string; providers: readonly string[]; observed: Observed }): Metrics {
	const { observed, providers } = options;
	const registers = [new Registry()];
	const [registry] = registers as [Registry];
	collectDefaultMetrics({ register: registry });

	const requests = new Counter({
		name: 'portal_http_requests_total',
		help: 'Requests answered by the API.',
		labelNames: ['method', 'route', 'status'],
		registers,
	});
	const durations = new Histogram({
		name: 'portal_http_request_duration_seconds',
		help: 'Time from a request to its answer.',
		labelNames: ['route'],
		buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
		registers,
	});
	const signIns = new Counter({
		name: 'portal_sign_in_failures_total',
		help: 'Sign-ins that were refused, for whatever reason, and wrong passwords given with a link.',
		registers,
	});
	const attempts = new Counter({
		name: 'portal_attempts_total',
		help: 'Attempts to execute, each with its audit row; code is ok, replayed or the refusal.',
		labelNames: ['tool', 'code'],
		registers,
	});
	const verdicts = new Counter({
		name: 'portal_reconcile_total',
		help: 'Unknown outcomes that the reconciler has decided.',
		labelNames: ['verdict'],
		registers,
	});
	const calls = new Histogram({
		name: 'portal_upstream_call_duration_seconds',
		help: 'Time of a write at the provider’s MCP server, whatever came of it.',
		labelNames: ['provider'],
		buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60],
		registers,
	});
	new Gauge({ name: 'portal_build_info', help: 'Always 1.', labelNames: ['version'], registers }).set(
		{ version: options.version },
		1,
	);

	const databaseUp = new Gauge({
		name: 'portal_database_up',
		help: 'Whether the database answered when last asked.',
		registers,
	});
	const executions = new Gauge({
		name: 'portal_executions',
		help: 'Executions that have no final state.',
		labelNames: ['state'],
		registers,
	});
	const oldest = new Gauge({
		name: 'portal_oldest_unsettled_seconds',
		help: 'Age of the oldest execution that the portal still has to settle by itself (RESERVED, INDETERMINATE); 0 without any.',
		registers,
	});
	const up = new Gauge({
		name: 'portal_upstream_up',
		help: 'Whether the last look at the provider’s tools worked.',
		labelNames: ['provider'],
		registers,
	});
	const drift = new Gauge({
		name: 'portal_upstream_drift',
		help: 'Tools that the provider does not serve as they are pinned.',
		labelNames: ['provider'],
		registers,
	});

	let askedAt = Number.NEGATIVE_INFINITY;
	async function lookAtDatabase(): Promise<void> {
		const now = observed.now().getTime();
		if (now >= askedAt && now < askedAt + BELIEVED_MS) return;
		askedAt = now;
		try {
			const found = await observed.unsettled();
			for (const state of ['RESERVED', 'INDETERMINATE', 'NEEDS_HUMAN'] as const) {
				executions.set({ state }, found.find((row) => row.state === state)?.count ?? 0);
			}
			// What waits for a person may wait for days: it would hide that the looks do not run.
			const own = found.filter(({ state }) => state !== 'NEEDS_HUMAN');
			oldest.set(Math.max(0, ...own.map((row) => row.oldestSeconds)));
			databaseUp.set(1);
		} catch {
			// What was last known is no longer true: no figure is better than an old one that looks healthy.
			executions.reset();
			oldest.reset();
			databaseUp.set(0);
		}
	}

	return {
		request({ method, route, status, seconds }) {
			requests.inc({ method: METHODS.has(method) ? method : 'other', route, status: String(status) });
			durations.observe({ route }, seconds);
			if ((route === SIGN_IN && status >= 400) || (route === JOIN && status === 401)) signIns.inc();
		},
		row(entry) {
			const [family, kind, ...tool] = entry.action.split('.');
			if (family !== 'mcp') return;
			const code = entry.code ?? 'ok';
			if (kind === 'tool') attempts.inc({ tool: tool.join('.'), code });
			if (kind === 'reconcile') verdicts.inc({ verdict: verdictOf(entry) });
		},
		upstreamCall: (provider, seconds) => calls.observe({ provider }, seconds),
		async text() {
			await lookAtDatabase();
			for (const provider of providers) {
				const { ok, changed } = observed.drift(provider);
				up.set({ provider }, ok ? 1 : 0);
				drift.set({ provider }, changed.length);
			}
			return registry.metrics();
		},
	};
}

/** By what it says became of it: `ok` only says whether that is known. */
function verdictOf({ detail }: EntryDraft): 'confirmed' | 'absent' | 'needs_human' {
	if (detail?.new === 'CONFIRMED') return 'confirmed';
	return detail?.new === 'ABSENT' ? 'absent' : 'needs_human';
}
