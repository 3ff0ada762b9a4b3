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

let armed: Arm | null = JSON.parse(process.env.CAMPAIGN_ARM ?? 'null') as Arm | null;
/** A connection says nothing about whose it is: only those after a reservation are counted. */
let reserved = false;

function die(): void {
	process.kill(process.pid, 'SIGKILL');
}

/** Whether this statement is the one, in the phase that is waited for. Counts down those that are to be let through. */
function isTheOne(text: string, params: readonly unknown[]): boolean {
	const name = statementOf(text, params);
	if (armed === null || name === null || !armed.statements.includes(name)) return false;
	if (armed.skip === 0) return true;
	armed = { ...armed, skip: armed.skip - 1 };
	return false;
}

function noteReserved(text: string, params: readonly unknown[]): void {
	if (statementOf(text, params) === 'reserve') reserved = true;
}

/* ---- PostgreSQL: one statement is one transaction, but where BEGIN was said: then COMMIT is the moment ----------- */

const inTransaction = new WeakSet<object>();
const marked = new WeakSet<object>();
const queryOfPg = pg.Client.prototype.query as unknown as AnyFunction;
pg.Client.prototype.query = function (this: { _txStatus?: string }, ...args: unknown[]): unknown {
	const [config] = args;
	const text = typeof config === 'string' ? config : String((config as { text?: string })?.text ?? '');
	const own = typeof config === 'string' ? args[1] : (config as { values?: unknown })?.values;
	const params = Array.isArray(own) ? own : Array.isArray(args[1]) ? args[1] : [];
	let now = false;
	if (text === 'BEGIN') marked.delete(this);
	else if (text === 'COMMIT') now = marked.delete(this);
	else if (isTheOne(text, params)) {
		now = !inTransaction.has(this);
		if (!now) marked.add(this);
	}
	if (text === 'BEGIN') inTransaction.add(this);
	if (text === 'COMMIT' || text === 'ROLLBACK') inTransaction.delete(this);
	if (now && armed?.when === 'before') die();
	const after = (failed: boolean): void => {
		if (!failed) noteReserved(text, params);
		if (now && !failed && armed?.when === 'after') die();
	};
	const last = args.at(-1);
	if (typeof last === 'function') {
		args[args.length - 1] = (...said: Parameters<Settled>) => {
			after(said[0] !== null && said[0] !== undefined);
			(last as Settled)(...said);
		};
	}
	const result = queryOfPg.apply(this, args);
	// The bytes are with the kernel: PostgreSQL carries it out, and nobody hears the answer.
	if (now && armed?.when === 'sent') setImmediate(die);
	if (result instanceof Promise) {
		return result.then(
			(value) => {
				after(false);
				return value;
			},
			(cause) => {
				after(true);
				throw cause;
			},
		);
	}
	return result;
} as never;

/* ---- the embedded database ------------------------------------------------------------------------------------- */

let embedded: PGlite | null = null;
const queryOfPGlite = PGlite.prototype.query;
const transactionOfPGlite = PGlite.prototype.transaction;
PGlite.prototype.query = async function (this: PGlite, text: string, params: unknown[] = [], ...rest: unknown[]) {
	embedded = this;
	const now = isTheOne(text, params);
	if (now && armed?.when !== 'after') die();
	const result = await (queryOfPGlite as AnyFunction).call(this, text, params, ...rest);
	noteReserved(text, params);
	if (now) die();
	return result;
} as never;
PGlite.prototype.transaction = async function (this: PGlite, work: (tx: { query: AnyFunction }) => Promise<unknown>) {
	let now = false;
	const result = await transactionOfPGlite.call(this, async (tx) => {
		const query = tx.query as unknown as AnyFunction;
		const watched = Object.assign(Object.create(tx), {
			query: (text: string, params: unknown[] = [], ...rest: unknown[]) => {
				now ||= isTheOne(text, params);
				return query.call(tx, text, params, ...rest);
			},
		});
		const value = await work(watched);
		if (now && armed?.when !== 'after') die();
		return value;
	});
	if (now) die();
	return result;
} as never;

/* ---- connections to the MCP server ----------------------------------------------------------------------------- */

const connect = Socket.prototype.connect as unknown as AnyFunction;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
	this.prependOnceListener('connect', () => {
		if (armed?.connection !== true || !reserved || this.remotePort !== Number(process.env.CAMPAIGN_UPSTREAM_PORT))
			return;
		if (armed.skip === 0) die();
		armed = { ...armed, skip: armed.skip - 1 };
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
		armed = message.arm;
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
