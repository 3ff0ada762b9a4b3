/**
 * Side-by-side measurements, as ratios: absolute times say more about the machine. Asserts nothing; takes some two
 * minutes. `npm run bench`, or `node bench/run.ts a` for one of a, b, c.
 */
import { startPortal } from '#test/support/portal';
import { findPostgres, startPostgres } from '#test/support/postgres';
import { serveBare } from './bare-server.ts';
import { benchExecute } from './execute.ts';
import { say } from './figures.ts';
import { benchPropose } from './propose.ts';
import { benchVerify } from './verify.ts';

const asked = process.argv.slice(2);
const wanted = (part: string): boolean => asked.length === 0 || asked.includes(part);

if (asked[0] === 'bare') serveBare();

async function overDatabase(title: string, env: Record<string, string>): Promise<void> {
	const test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '1000000', ...env } });
	try {
		if (wanted('b')) await benchExecute(title, test);
		if (wanted('c')) await benchVerify(title, test);
	} finally {
		await test.close();
	}
}

if (wanted('a')) await benchPropose();
if (wanted('b') || wanted('c')) {
	const bin = findPostgres();
	if (bin === null) say('PostgreSQL: not measured, there is none on this machine (install postgresql).');
	else {
		const cluster = await startPostgres(bin, { durable: true });
		try {
			// `?host=` names the socket's folder and wins over the host.
			await overDatabase('PostgreSQL', { DATABASE_URL: cluster.url('postgres').replace('@/', '@localhost/') });
		} finally {
			await cluster.stop();
		}
	}
	await overDatabase('the embedded database (which does not fsync)', {});
}
