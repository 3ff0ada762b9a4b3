/*
 * Loaded before the portal's server (`node --import`): ends the process, as kill -9 would, at a statement or a connection
 * that the harness names. Nothing in src knows of it. Also lets the harness ask the embedded database, which only this
 * process can have open, and has due looks asked for more often, so that a campaign need not wait for timers.
 */
import { Server, Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import type { Arm, FromPortal, ToPortal } from './arm.ts';
import { statementOf } from './statements.ts';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Settled = (error: unknown, result?: unknown) => void;

let armed = JSON.parse(process.env.CAMPAIGN_ARMS ?? '[]') as readonly Arm[];
/** A connection says nothing about whose it is: only those after a reservation are counted. */
let reserved = false;

function die(): void {
	process.kill(process.pid, 'SIGKILL');
}

/** The moment that this statement is; counts down those that are to be let through. */
function momentOf(text: string, params: readonly unknown[]): Arm['when'] | null {
	const name = statementOf(text, params);
	return name === null ? null : take((arm) => arm.statements.includes(name));
}

function take(fits: (arm: Arm) => boolean): Arm['when'] | null {
	const arm = armed.find(fits);
	if (arm === undefined) return null;
	if (arm.skip === 0) return arm.when;
	armed = armed.map((each) => (each === arm ? { ...arm, skip: arm.skip - 1 } : each));
	return null;
}

/** A reservation that found no room for its write, or a race lost, has stored nothing; the portal may try again. */
function hasDone(text: string, params: readonly unknown[], result: unknown): boolean {
	if (statementOf(text, params) !== 'reserve') return true;
	const { rows } = result as { rows: { id?: unknown }[] };
	const done = typeof rows[0]?.id === 'string';
	reserved ||= done;
	return done;
}

/* ---- PostgreSQL: one statement is one transaction, but where BEGIN was said: then COMMIT is the moment ----------- */

const inTransaction = new WeakSet<object>();
const marked = new WeakMap<object, Arm['when']>();
const queryOfPg = pg.Client.prototype.query as unknown as AnyFunction;
pg.Client.prototype.query = function (this: { _txStatus?: string }, ...args: unknown[]): unknown {
	const [config] = args;
	const text = typeof config === 'string' ? config : String((config as { text?: string })?.text ?? '');
	const own = typeof config === 'string' ? args[1] : (config as { values?: unknown })?.values;
	const params = Array.isArray(own) ? own : Array.isArray(args[1]) ? args[1] : [];
	let now: Arm['when'] | null = null;
	if (text === 'BEGIN') marked.delete(this);
	else if (text === 'COMMIT') {
		now = marked.get(this) ?? null;
		marked.delete(this);
	} else {
		now = momentOf(text, params);
		if (now !== null && inTransaction.has(this)) {
			marked.set(this, now);
			now = null;
		}
	}
	if (text === 'BEGIN') inTransaction.add(this);
	if (text === 'COMMIT' || text === 'ROLLBACK') inTransaction.delete(this);
	if (now === 'before') die();
	const after = (answer: unknown): void => {
		const done = text === 'COMMIT' || hasDone(text, params, answer);
		if (done && now === 'after') die();
	};
	const last = args.at(-1);
	if (typeof last === 'function') {
		args[args.length - 1] = (error: unknown, answer: unknown) => {
			if (error === null || error === undefined) after(answer);
			(last as Settled)(error, answer);
		};
	}
	const result = queryOfPg.apply(this, args);
	// The bytes are with the kernel: PostgreSQL carries it out, and nobody hears the answer.
	if (now === 'sent') setImmediate(die);
	if (result instanceof Promise) {
		return result.then((answer) => {
			after(answer);
			return answer;
		});
	}
	return result;
} as never;

/* ---- the embedded database ------------------------------------------------------------------------------------- */

let embedded: PGlite | null = null;
const queryOfPGlite = PGlite.prototype.query;
const transactionOfPGlite = PGlite.prototype.transaction;
PGlite.prototype.query = async function (this: PGlite, text: string, params: unknown[] = [], ...rest: unknown[]) {
	embedded = this;
	const now = momentOf(text, params);
	if (now === 'before' || now === 'sent') die();
	const result = await (queryOfPGlite as AnyFunction).call(this, text, params, ...rest);
	if (hasDone(text, params, result) && now === 'after') die();
	return result;
} as never;
PGlite.prototype.transaction = async function (this: PGlite, work: (tx: { query: AnyFunction }) => Promise<unknown>) {
	let now: Arm['when'] | null = null;
	const result = await transactionOfPGlite.call(this, async (tx) => {
		const query = tx.query as unknown as AnyFunction;
		const watched = Object.assign(Object.create(tx), {
			query: (text: string, params: unknown[] = [], ...rest: unknown[]) => {
				now ??= momentOf(text, params);
				return query.call(tx, text, params, ...rest);
			},
		});
		const value = await work(watched);
		if (now === 'before' || now === 'sent') die();
		return value;
	});
	if (now === 'after') die();
	return result;
} as never;

/* ---- connections to the MCP server ----------------------------------------------------------------------------- */

const connect = Socket.prototype.connect as unknown as AnyFunction;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
	this.prependOnceListener('connect', () => {
		if (!reserved || this.remotePort !== Number(process.env.CAMPAIGN_UPSTREAM_PORT)) return;
		if (take(({ connection }) => connection === true) !== null) die();
	});
	return connect.apply(this, args);
} as never;

/* ---- the harness ----------------------------------------------------------------------------------------------- */

const tell = (message: FromPortal): void => void process.send?.(message);

const listen = Server.prototype.listen as unknown as AnyFunction;
let told = false;
Server.prototype.listen = function (this: Server, ...args: unknown[]) {
	this.once('listening', () => {
		const address = this.address();
		// The portal's own comes first: that is how it learns its name.
		if (!told && typeof address === 'object' && address !== null) tell({ kind: 'port', port: address.port });
		told = true;
	});
	return listen.apply(this, args);
} as never;

const interval = globalThis.setInterval;
globalThis.setInterval = ((work: () => void, ms: number, ...rest: unknown[]) =>
	interval(work, ms === 2_000 ? 100 : ms, ...rest)) as typeof setInterval;

process.on('message', (message: ToPortal) => {
	if (message.kind === 'arm') {
		armed = message.arms;
		reserved = false;
		tell({ kind: 'armed' });
		return;
	}
	const { id, text, params } = message;
	const asked = embedded === null ? Promise.reject(new Error('no embedded database')) : ask(embedded, text, params);
	asked.then(
		(rows) => tell({ kind: 'rows', id, rows }),
		(cause: Error) => tell({ kind: 'rows', id, error: cause.message }),
	);
});
/** A harness that is gone wants nothing any more. */
process.on('disconnect', die);
process.channel?.unref();

async function ask(client: PGlite, text: string, params: readonly unknown[]): Promise<Record<string, unknown>[]> {
	const answer = await (queryOfPGlite as AnyFunction).call(client, text, [...params]);
	return (answer as { rows: Record<string, unknown>[] }).rows;
}
