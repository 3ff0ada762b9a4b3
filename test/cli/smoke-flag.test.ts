import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { portalClient } from '#cli/http/portal-client';
import { readSmokeOptions } from '#cli/smoke/options';
import { reasonOf, restoreFlag } from '#cli/smoke/restore-flag';
import { smoke } from '#cli/smoke/smoke';
import type { Smoke } from '#cli/smoke/subject';
import { PASSWORD } from '#test/support/portal';
import type { Meddling } from './man-in-the-middle.ts';
import { runCommand, type ServedPortal, servePortal } from './rig.ts';

const FLAG = '/api/flags/mcp.gateway';

let served: ServedPortal;
beforeAll(async () => {
	served = await servePortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
});
afterAll(() => served.close());
beforeEach(async () => {
	served.middle.meddle(() => undefined);
	if (!(await isOn())) await put({ enabled: true, reason: 'between tests' });
});

const args = () => [
	...[
		'--url',
		served.origin,
		'--connect',
		served.middle.url,
		'--tenant',
		'demo',
		'--owner',
		'acme',
		'--repo',
		'ledger',
	],
	...['--email', 'admin@demo.local'],
];
const env = { PORTAL_SMOKE_PASSWORD: PASSWORD };

async function run() {
	const ran = await runCommand(smoke, [...args(), '--json'], env);
	const document = JSON.parse(ran.out);
	return { ...ran, step: document.steps.find(({ step }: { step: string }) => step === 'flag-off') };
}

async function flag() {
	const { body } = await (await served.portal.as('admin')).get('/api/flags?tenant=demo');
	return body.flags.find((one: { flag: string }) => one.flag === 'mcp.gateway');
}

const isOn = async (): Promise<boolean> => (await flag()).tenant;

async function put(body: { enabled: boolean; reason?: string }): Promise<void> {
	const answer = await (await served.portal.as('admin')).put(`${FLAG}?tenant=demo`, body);
	if (answer.status !== 200) throw new Error(answer.text);
}

/** Passes everything on until the flag has been asked to go off; from the next request on, `then` decides. */
function onceOff(then: Meddling): Meddling {
	let off = false;
	return (passing) => {
		if (off) return then(passing);
		off = passing.method === 'PUT' && passing.body.enabled === false;
		return undefined;
	};
}

describe('[smoke-restores] the flag is on again', { timeout: 60_000 }, () => {
	it('when the answer to switching it off got lost: it had been switched off all the same', async () => {
		served.middle.meddle(({ method, body }) => (method === 'PUT' && body.enabled === false ? 'drop after' : undefined));
		const ran = await run();
		expect(ran.exit).toBe(1);
		expect(ran.step).toMatchObject({ result: 'failed', code: 'unreachable' });
		expect(ran.step.reason).toContain('the flag is on again');
		expect(await isOn()).toBe(true);
	});

	it('when switching it off never arrived: nothing is switched, after a look whether it comes late', async () => {
		served.middle.meddle(({ method }) => (method === 'PUT' ? 'drop before' : undefined));
		const ran = await run();
		expect(ran.exit).toBe(1);
		expect(served.middle.seen.filter((one) => one === `PUT ${FLAG}`)).toHaveLength(1);
		expect(await isOn()).toBe(true);
	});

	it('when every connection is cut for a while: it is tried again, and said meanwhile', async () => {
		let cut = 6;
		served.middle.meddle(onceOff(() => (cut-- > 0 ? 'drop before' : undefined)));
		const ran = await run();
		expect(ran.exit).toBe(1);
		expect(ran.step).toMatchObject({ result: 'failed', code: 'unreachable' });
		expect(ran.err).toMatch(/could not be switched on again yet/);
		expect(await isOn()).toBe(true);
	});

	it('when the answer to switching it on is lost, or the portal has an error: it is looked again', async () => {
		let lost = 2;
		served.middle.meddle(
			onceOff(({ method }) => {
				if (method !== 'PUT' || lost-- <= 0) return undefined;
				if (lost === 1)
					return { answer: { status: 502, headers: { 'content-type': 'text/html' }, text: 'bad gateway' } };
				return 'drop after';
			}),
		);
		const ran = await run();
		expect(ran).toMatchObject({ exit: 0, step: { result: 'ok' } });
		expect(await isOn()).toBe(true);
	});

	it('when the session is gone: it signs in anew', async () => {
		let ended = false;
		served.middle.meddle(
			onceOff(({ method, path }) => {
				if (ended || method !== 'GET' || path !== '/api/flags') return undefined;
				ended = true;
				return {
					answer: {
						status: 401,
						headers: { 'content-type': 'application/problem+json' },
						text: '{"code":"unauthenticated"}',
					},
				};
			}),
		);
		const ran = await run();
		expect(ran).toMatchObject({ exit: 0, step: { result: 'ok' } });
		expect(served.middle.seen.filter((one) => one === 'POST /api/auth/sign-in/email')).toHaveLength(2);
		expect(await isOn()).toBe(true);
	});

	it('when the portal does not refuse while it is off: that is the failure, and it is on again', async () => {
		served.middle.meddle(
			onceOff(({ path }) =>
				path === '/api/mcp/execute' ? { change: (body) => ({ ...body, code: 'role_required' }) } : undefined,
			),
		);
		const ran = await run();
		expect(ran.exit).toBe(1);
		expect(ran.step.reason).toMatch(
			/answered 503 role_required, and has to be 503 feature-disabled.*the flag is on again/,
		);
		expect(await isOn()).toBe(true);
	});

	it('it is off only for what has to be seen off: one execute, and proposes until one is refused', async () => {
		await run();
		const { seen } = served.middle;
		const during = seen.slice(seen.indexOf(`PUT ${FLAG}`) + 1, seen.lastIndexOf(`PUT ${FLAG}`));
		expect(new Set(during)).toEqual(new Set(['POST /api/mcp/propose', 'POST /api/mcp/execute', 'GET /api/flags']));
		expect(during.filter((one) => one === 'POST /api/mcp/execute')).toHaveLength(1);
	});
});

it('a portal that does not let the caller switch it is believed at once', async () => {
	served.middle.meddle(({ method }) =>
		method === 'PUT'
			? {
					answer: {
						status: 403,
						headers: { 'content-type': 'application/problem+json' },
						text: '{"code":"role_required"}',
					},
				}
			: undefined,
	);
	const ran = await run();
	expect(ran.step).toMatchObject({ result: 'failed', code: 'role_required' });
	expect(served.middle.seen.filter((one) => one === `PUT ${FLAG}`)).toHaveLength(1);
	expect(ran.step.ms).toBeLessThan(5_000);
});

describe('[smoke-restores] the flag is left off', () => {
	it('when somebody else switches it off meanwhile: an incident is not undone, and it is said', async () => {
		served.middle.meddle(
			onceOff(async ({ path }) => {
				if (path === '/api/mcp/execute') await put({ enabled: false, reason: 'a real incident' });
				return undefined;
			}),
		);
		const ran = await run();
		expect(ran.exit).toBe(1);
		expect(ran.step).toMatchObject({ result: 'failed', code: 'flag_not_restored' });
		expect(ran.step.reason).toMatch(/Ada Lind switched it off too \(a real incident\)/);
		expect(ran.err).toContain('a real incident');
		expect(await flag()).toMatchObject({ tenant: false, reason: 'a real incident' });
	});

	it('before the run: it is not touched at all', async () => {
		await put({ enabled: false, reason: 'an incident' });
		await runCommand(smoke, args(), env);
		expect(served.middle.seen).not.toContain(`PUT ${FLAG}`);
		expect(await flag()).toMatchObject({ tenant: false, reason: 'an incident' });
	});

	it('when it cannot be switched on for a minute and a half: loudly, with where, and failed', async () => {
		const options = readSmokeOptions(args(), env);
		if (!options.ok) throw new Error(options.error);
		const stop = new AbortController();
		const portal = portalClient(options.value.address, options.value.credentials, stop.signal);
		await portal.signIn();
		await put({ enabled: false, reason: reasonOf('abc', 'off for a moment') });
		served.middle.meddle(({ method }) => (method === 'PUT' ? 'drop before' : undefined));
		let clock = 0;
		const told: string[] = [];
		const subject: Smoke = {
			options: options.value,
			portal,
			run: 'abc',
			startedAt: new Date(0),
			stop: stop.signal,
			now: () => clock,
			// Time passes by pauses alone.
			pause: async (ms) => {
				clock += ms;
			},
			tell: (line) => void told.push(line),
		};
		const restored = await restoreFlag(subject, { certain: true });
		expect(restored).toMatchObject({ ok: false, error: { code: 'flag_not_restored' } });
		expect(clock).toBeGreaterThanOrEqual(90_000);
		expect(told.at(-1)).toMatch(
			/!!! mcp\.gateway MAY BE OFF FOR TENANT demo.*\/t\/demo\/settings\/kill-switch.*PUT .*!!!/,
		);
	});
});

describe('a signal while the flag is off', { timeout: 90_000 }, () => {
	const children: ChildProcess[] = [];
	afterAll(() => {
		for (const child of children) child.kill('SIGKILL');
	});

	it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
		'%s: the flag is switched on again before the process ends, with 1',
		async (signal) => {
			const root = join(import.meta.dirname, '../..');
			let child: ChildProcess | undefined;
			served.middle.meddle(
				onceOff(({ path }) => {
					if (!path.startsWith('/api/mcp/')) return undefined;
					// Never answered: without the signal this would take as long as a request may.
					child?.kill(signal);
					return 'hang';
				}),
			);
			const { PATH = '', HOME = '' } = process.env;
			child = spawn(process.execPath, ['src/cli/main.ts', 'smoke', ...args()], {
				cwd: root,
				env: { PATH, HOME, NODE_ENV: 'production', ...env },
				stdio: ['ignore', 'pipe', 'pipe'],
			});
			children.push(child);
			let said = '';
			for (const stream of [child.stdout, child.stderr]) {
				stream?.on('data', (text) => {
					said += text;
				});
			}
			const ended = await new Promise((resolve) => child?.once('close', (code, by) => resolve(code ?? by)));
			expect(ended).toBe(1);
			expect(said).toMatch(/^FAILED +flag-off .*\[interrupted\].*the flag is on again/m);
			await vi.waitFor(async () => expect(await isOn()).toBe(true));
			expect(served.middle.seen.at(-1)).toBe('POST /api/auth/sign-out');
		},
	);
});
