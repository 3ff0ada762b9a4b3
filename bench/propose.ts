import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { median, say } from './figures.ts';
import { startServer } from './server-process.ts';

const CONCURRENCY = 16;
const ROUNDS = 7;
const ROUND_MS = 2_000;
const PATH = '/api/mcp/propose?tenant=demo';

const body = JSON.stringify({
	provider: 'github',
	tool: 'issue_write',
	args: {
		method: 'create',
		owner: 'acme',
		repo: 'payments-api',
		title: 'Refund of a partly captured payment answers 500',
		body: 'Steps:\n\n1. Authorise 100.00 EUR\n2. Capture 40.00 EUR\n3. Refund 40.00 EUR\n\nExpected 201.',
	},
});

/** (a) propose through the whole portal process against a bare handler, both over loopback with kept connections. */
export async function benchPropose(): Promise<void> {
	const dataDir = mkdtempSync(join(tmpdir(), 'portal-bench-'));
	// BENCH_NODE_FLAGS="--cpu-prof --cpu-prof-dir=…" shows where the portal's time goes.
	const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
	const portal = await startServer(
		[...flags, 'src/server.ts', '--sandbox', '--headless'],
		{ PORT: '0', PORTAL_DATA_DIR: dataDir, PORTAL_RATE_PER_MINUTE: '1000000' },
		/The portal is running: +(http:\/\/localhost:\d+)\//,
	);
	const bare = await startServer(['bench/run.ts', 'bare'], {}, /bare at (\S+)/);
	try {
		const cookie = await signIn(portal.origin);
		const ofPortal = load(portal.origin, { cookie, origin: portal.origin });
		const ofBare = load(bare.origin, {});
		// The first round of each warms the compiler up.
		await ofBare.round(ROUND_MS);
		await ofPortal.round(ROUND_MS);
		const rates: { portal: number; bare: number }[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			rates.push({ bare: await ofBare.round(ROUND_MS), portal: await ofPortal.round(ROUND_MS) });
		}
		await Promise.all([ofPortal.close(), ofBare.close()]);
		const ratio = median(rates.map((each) => each.portal / each.bare));
		const rate = (of: 'portal' | 'bare') => Math.round(median(rates.map((each) => each[of])));
		say(
			`(a) propose: ${ratio.toFixed(2)} of a bare handler's rate (${rate('portal')} against ${rate('bare')} req/s here)`,
		);
	} finally {
		await Promise.all([portal.stop(), bare.stop()]);
		rmSync(dataDir, { recursive: true, force: true });
	}
}

function load(origin: string, headers: Record<string, string>) {
	const pool = new Pool(origin, { connections: CONCURRENCY, pipelining: 1 });
	const once = async (): Promise<void> => {
		const answer = await pool.request({
			method: 'POST',
			path: PATH,
			headers: { 'content-type': 'application/json', ...headers },
			body,
		});
		const text = await answer.body.text();
		if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text}`);
	};
	return {
		/** Requests a second, `CONCURRENCY` at a time. */
		round: async (ms: number): Promise<number> => {
			const began = performance.now();
			let done = 0;
			const worker = async () => {
				for (; performance.now() - began < ms; done++) await once();
			};
			await Promise.all(Array.from({ length: CONCURRENCY }, worker));
			return done / ((performance.now() - began) / 1000);
		},
		close: () => pool.close(),
	};
}

async function signIn(origin: string): Promise<string> {
	const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
		method: 'POST',
		headers: { origin, 'content-type': 'application/json' },
		body: JSON.stringify({ email: 'admin@demo.local', password: 'sandbox-demo' }),
	});
	if (!answer.ok) throw new Error(`sign-in: ${answer.status}`);
	return answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
}
