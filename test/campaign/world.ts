import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, type Query } from '#adapters/store/database';
import { type SandboxGitHub, startSandboxGitHub } from '#sandbox/github/server';
import { type SandboxSidecar, startSandboxSidecar } from '#sandbox/sidecar/server';
import type { Answered, Approval } from '#test/invariants/check';
import { passTime } from '#test/support/pass-time';
import type { Cluster } from '#test/support/postgres';
import type { Arm } from './arm.ts';
import type { Bundle } from './bundle.ts';
import { type Gate, type Orders, startGate } from './gate.ts';
import type { Mode } from './plan.ts';
import { beginPortal, type Portal } from './portal.ts';
import { administer, copyEmbedded, patOfTemplate, type Template, urlOf } from './template.ts';

export const LOGIN = 'acme-sarc-bot';
const UPSTREAM_TIMEOUT_MS = 5_000;
/** Longer than any reservation is held: the call's deadline and the margin for recording. */
export const LEASE_MS = UPSTREAM_TIMEOUT_MS + 20_000;

/** What all worlds of a campaign are made from. */
export interface Ground {
	readonly bundle: Bundle;
	/** Where worlds have what is theirs. */
	readonly directory: string;
	readonly embedded: { readonly dataDir: string; readonly template: Template };
	/** Null where there is no PostgreSQL. */
	readonly postgres: { readonly cluster: Cluster; readonly name: string; readonly template: Template } | null;
}

interface Slot {
	portal: Portal;
	readonly gate: Gate;
}

/** A database, a GitHub and its MCP server that outlive the portals, and the portals. */
export interface World {
	readonly mode: Mode;
	readonly tenantId: string;
	readonly github: SandboxGitHub;
	readonly orders: Orders;
	readonly approvals: Map<string, Approval>;
	readonly answers: Answered[];
	/** The portals that live. */
	living(): Portal[];
	/** Every portal, dead or alive. */
	all(): Portal[];
	query: Query;
	/** By the database's clock. */
	pass(ms: number): Promise<void>;
	/** How much has passed so. */
	passed(): number;
	/** Starts a portal in the place of each dead one. `arms`: the first of them ends itself there while it starts. */
	restart(arms?: readonly Arm[]): Promise<void>;
	close(): Promise<void>;
}

/** Makes a world with its one portal, or three, running. */
export async function makeWorld(ground: Ground, mode: Mode): Promise<World> {
	const closing: (() => Promise<unknown>)[] = [];
	const close = async (): Promise<void> => {
		for (const step of closing.reverse()) await step();
	};
	const github = await startSandboxGitHub();
	closing.push(() => github.close());
	github.state.addToken({ token: patOfTemplate(), login: LOGIN, scopes: ['repo'] });
	const sidecar: SandboxSidecar = await startSandboxSidecar({ githubUrl: github.apiUrl });
	closing.push(() => sidecar.close());
	const dataDir = await mkdtemp(join(ground.directory, 'world-'));
	closing.push(() => rm(dataDir, { recursive: true, force: true }));

	const place = await makePlace(ground, mode, dataDir);
	closing.push(place.close);
	const orders: Orders = { next: null, lag: null, late: [] };
	const slots: Slot[] = [];
	closing.push(async () => {
		await Promise.all(slots.map(({ portal }) => portal.kill()));
		await Promise.all(slots.map(({ gate }) => gate.close()));
	});

	const begin = (gate: Gate, arms?: readonly Arm[]) =>
		beginPortal({
			bundle: ground.bundle,
			args: place.args,
			cookie: place.template.cookie,
			env: {
				...place.env,
				MCP_GITHUB_SERVER_URL: gate.url,
				CAMPAIGN_UPSTREAM_PORT: String(gate.port),
				GITHUB_WEB_URL: github.webUrl,
				PORTAL_UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
				PORTAL_RATE_PER_MINUTE: '100000',
			},
			...(arms === undefined ? {} : { arms }),
		});

	let passed = 0;
	const world: World = {
		mode,
		tenantId: place.template.tenantId,
		github,
		orders,
		approvals: new Map(),
		answers: [],
		living: () => slots.map(({ portal }) => portal).filter((portal) => !portal.isGone()),
		all: () => slots.map(({ portal }) => portal),
		query: place.query ?? ((text, params) => alive().query(text, params)),
		pass: async (ms) => {
			passed += ms;
			try {
				await passTime(world.query, ms);
			} catch (cause) {
				// It was armed, and time had passed far enough for it to die before it could answer.
				if (place.query !== null || world.living().length > 0) throw cause;
			}
		},
		passed: () => passed,
		restart: async (arms) => {
			const dead = slots.filter(({ portal }) => portal.isGone());
			await Promise.all(
				dead.map(async (slot, at) => {
					const { portal, running } = begin(slot.gate, at === 0 ? arms : undefined);
					slot.portal = portal;
					if (!(await running) && (arms === undefined || at > 0)) {
						throw new Error(`a portal did not start: ${portal.output()}`);
					}
				}),
			);
		},
		close,
	};
	const alive = (): Portal => {
		const [portal] = world.living();
		if (portal === undefined) throw new Error('no portal is there to ask its database');
		return portal;
	};

	try {
		await Promise.all(
			Array.from({ length: mode === 'postgres-3' ? 3 : 1 }, async () => {
				const slot: Partial<Slot> = {};
				const gate = await startGate(sidecar.url, orders, async () => slot.portal?.kill());
				const { portal, running } = begin(gate);
				slots.push(Object.assign(slot, { gate, portal }));
				if (!(await running)) throw new Error(`a portal did not start: ${portal.output()}`);
			}),
		);
	} catch (cause) {
		await close();
		throw cause;
	}
	return world;
}

interface Place {
	readonly template: Template;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Null: only the portal that has it open can be asked. */
	readonly query: Query | null;
	readonly close: () => Promise<void>;
}

let databases = 0;

async function makePlace(ground: Ground, mode: Mode, dataDir: string): Promise<Place> {
	if (mode === 'pglite') {
		const { template, dataDir: from } = ground.embedded;
		await copyEmbedded(from, dataDir);
		const env = { ...template.env, PORTAL_DATA_DIR: dataDir };
		return { template, args: ['--sandbox'], env, query: null, close: async () => {} };
	}
	if (ground.postgres === null) throw new Error('there is no PostgreSQL here');
	const { cluster, name: from, template } = ground.postgres;
	const name = `world_${++databases}`;
	await administer(cluster, (query) => query(`CREATE DATABASE ${name} TEMPLATE ${from}`));
	const opened = await openDatabase({ databaseUrl: cluster.url(name), poolSize: 2 });
	if (!opened.ok) throw new Error(opened.error.detail);
	return {
		template,
		args: [],
		env: { ...template.env, DATABASE_URL: urlOf(cluster, name), PORTAL_DATA_DIR: dataDir },
		query: opened.value.query,
		close: async () => {
			await opened.value.close();
			await administer(cluster, (query) => query(`DROP DATABASE ${name} WITH (FORCE)`));
		},
	};
}
