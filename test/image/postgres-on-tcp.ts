import { type AddressInfo, connect, createServer } from 'node:net';
import pg from 'pg';
import { findPostgres, startPostgres } from '#test/support/postgres';

export interface Postgres {
	/** A new, empty database. */
	database(): Promise<string>;
	/** Its connection string, over TCP on loopback: a container does not see this machine's sockets. */
	url(database: string): string;
	stop(): Promise<void>;
}

/** A throw-away PostgreSQL behind a relay from TCP to its Unix socket. */
export async function startPostgresOnTcp(): Promise<Postgres> {
	const bin = findPostgres();
	if (bin === null) throw new Error('PostgreSQL 15 or later is not installed (Debian: apt-get install postgresql)');
	const cluster = await startPostgres(bin, { durable: false });
	const directory = new URL(cluster.url('postgres').replace('@/', '@socket/')).searchParams.get('host') ?? '';
	const relay = createServer((client) => {
		const server = connect(`${directory}/.s.PGSQL.5432`);
		for (const [from, to] of [
			[client, server],
			[server, client],
		] as const) {
			from.pipe(to);
			from.on('error', () => to.destroy());
		}
	});
	const port = await new Promise<number>((resolve) => {
		relay.listen(0, '127.0.0.1', () => resolve((relay.address() as AddressInfo).port));
	});
	let made = 0;
	return {
		database: async () => {
			const name = `image_${++made}`;
			const admin = new pg.Client({ connectionString: cluster.url('postgres') });
			await admin.connect();
			await admin.query(`CREATE DATABASE ${name}`);
			await admin.end();
			return name;
		},
		url: (database) => `postgres://postgres@127.0.0.1:${port}/${database}`,
		stop: async () => {
			relay.close();
			await cluster.stop();
		},
	};
}

export function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address() as AddressInfo;
			probe.close(() => resolve(port));
		});
	});
}
