import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { startNextChild } from '#adapters/next/child';
import { pageProxy } from '#adapters/next/proxy';
import { uuidIds } from '#adapters/system/ids';
import { createLogger } from '#adapters/system/logger';
import type { OwnOrigins } from '#api/http-checks';
import { compose } from './compose.ts';
import { type Env, readProcessEnv } from './env.ts';
import { createFront } from './front.ts';
import { type RunningSandbox, seedSandbox, startSandbox } from './start-sandbox.ts';

const DRAIN_MS = 40_000;
const sandboxMode = process.argv.includes('--sandbox');
const headless = process.argv.includes('--headless');
const nextServer = join(import.meta.dirname, '../.next/standalone/server.js');

function fail(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}

/** A line for the person at the terminal; structured logs go to stdout in production only. */
function say(line: string): void {
	if (sandboxMode) process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
	const began = performance.now();
	// From the first moment on: as a container's first process it would otherwise not even hear it. Nothing is in flight
	// until the portal runs, and what a start leaves half done the next one does again.
	let onSignal = (_signal: string): void => process.exit(0);
	process.on('SIGTERM', (signal) => onSignal(signal));
	process.on('SIGINT', (signal) => onSignal(signal));
	const read = readProcessEnv({ sandbox: sandboxMode });
	if (!read.ok) fail(read.error);
	const env = read.value;
	if (!headless && !existsSync(nextServer))
		fail('The pages are not built. Run: node scripts/setup.mjs (npm start does it).');
	// A person at a terminal reads the lines below; structured logs would drown them and go to a file. Piped, they go to stdout.
	const logFile = sandboxMode && process.stdout.isTTY ? join(env.dataDir, 'portal.log') : null;
	const { log } = createLogger({
		level: env.logLevel,
		...(logFile === null ? {} : { destination: pino.destination({ dest: logFile, mkdir: true, mode: 0o600 }) }),
		secrets: secretsOf(env),
	});

	// Listening comes first: with PORT=0 the portal's own name is known only then. Until it is ready it answers 503.
	let fetch: Parameters<typeof createFront>[0]['fetch'] = () =>
		new Response('starting\n', { status: 503, headers: { 'retry-after': '1' } });
	let own: OwnOrigins = { hosts: new Set(), origins: new Set() };
	let pages: ReturnType<typeof pageProxy> | null = null;
	const server = createFront({
		fetch: (request, bindings) => fetch(request, bindings),
		pages: headless
			? null
			: (req, res) => (pages === null ? void res.writeHead(503).end('starting\n') : pages(req, res)),
		own: () => own,
		portalUrl: () => [...own.origins][0] ?? '',
		requestId: () => uuidIds.uuid(),
		onError: (cause) => log.error({ err: cause }, 'request broke'),
	});
	const port = await listen(server, env.port, env.host);
	own = ownOrigins(env.url, env.sandbox ? port : null);
	const portalUrl = env.url ?? `http://localhost:${port}`;

	let sandbox = null as RunningSandbox | null;
	const startGitHub = async () => {
		say('• Starting the sandbox GitHub …');
		sandbox = await startSandbox({ dataDir: env.dataDir, portalPort: port, sidecar: env.githubServerUrl === null });
		return sandbox.upstream;
	};
	say(`• Opening the database (${env.databaseUrl === null ? `embedded, in ${env.dataDir}` : 'PostgreSQL'}) …`);
	const composed = await compose({ env, log, own, portalUrl, sandbox: env.sandbox ? startGitHub : null });
	if (!composed.ok) fail(composed.error);
	const portal = composed.value;
	if (env.sandbox && sandbox !== null) await seedSandbox(portal, sandbox, env.sandboxPassword);
	await portal.start();

	say(headless ? '• No pages (--headless)' : '• Starting the pages …');
	const child = headless ? null : await startNextChild({ server: nextServer, log });
	if (child !== null) {
		pages = pageProxy({
			port: child.port,
			sandbox: env.sandbox,
			onError: (cause, path) => log.warn({ err: cause, path: path.split('?')[0] }, 'page failed'),
		});
	}
	// Last: from here on it may say that it is ready, and then pages are asked for too.
	fetch = portal.fetch as typeof fetch;
	let delayed = false;
	let draining = false;
	const drain = (signal: string) => {
		if (draining) return;
		draining = true;
		log.info({ signal }, 'stopping: finishing what is in flight');
		// An execute in flight is finished and recorded; open event streams and idle connections are cut at the deadline.
		const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
		server.close(async () => {
			clearTimeout(deadline);
			try {
				await child?.stop();
				await portal.close();
				await sandbox?.close();
			} catch (cause) {
				// Everything that was in flight has its answer; what could not be closed goes with the process.
				log.error({ err: cause }, 'the stop was not clean');
			}
			process.exit(0);
		});
		server.closeIdleConnections();
	};
	onSignal = (signal) => {
		portal.announceStop();
		// Whoever sends requests here learns it from /readyz, and a little late: until then everything is served as ever. A
		// second signal is a person who does not want to wait.
		if (env.shutdownDelayMs === 0 || delayed) return drain(signal);
		delayed = true;
		log.info({ signal, ms: env.shutdownDelayMs }, 'stopping soon: not ready any more, still serving');
		setTimeout(() => drain(signal), env.shutdownDelayMs);
	};
	log.info({ portalUrl, sandbox: env.sandbox, ms: Math.round(performance.now() - began) }, 'portal is running');
	if (env.sandbox && sandbox !== null)
		say(welcome(portalUrl, env.sandboxPassword, whereItWrites(sandbox, env), logFile));
}

/** What no log line may hold, whoever puts it there. */
function secretsOf(env: Env): string[] {
	const urls = [env.databaseUrl, env.migrationUrl];
	const sandboxPassword = env.sandbox ? env.sandboxPassword : null;
	return [
		env.secret,
		env.previousSecret,
		env.firstAdmin?.password,
		sandboxPassword,
		...urls,
		...urls.map(passwordOf),
	].filter((secret) => typeof secret === 'string');
}

/** As a driver would print it; null when there is none, or none that can be read. */
function passwordOf(url: string | null): string | null {
	try {
		return decodeURIComponent(URL.parse(url ?? '')?.password ?? '') || null;
	} catch {
		return null;
	}
}

function listen(server: Server, port: number, host: string): Promise<number> {
	return new Promise((resolve) => {
		server.once('error', (cause: NodeJS.ErrnoException) =>
			fail(
				cause.code === 'EADDRINUSE'
					? `Port ${port} is taken. Stop what uses it, or choose another: PORT=${port + 10} npm start`
					: `Cannot listen on ${host}:${port} (${cause.code}).`,
			),
		);
		server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
	});
}

/** Names that the portal answers under: PORTAL_URL, and in the sandbox this machine's loopback names. */
function ownOrigins(url: string | null, sandboxPort: number | null): OwnOrigins {
	const origins = [
		...(url === null ? [] : [url]),
		...(sandboxPort === null ? [] : [`http://localhost:${sandboxPort}`, `http://127.0.0.1:${sandboxPort}`]),
	];
	return { origins: new Set(origins), hosts: new Set(origins.map((origin) => new URL(origin).host)) };
}

function welcome(portalUrl: string, password: string, where: readonly string[], logFile: string | null): string {
	return [
		'',
		`  The portal is running:  ${portalUrl}/t/demo/admin/mcp`,
		'',
		'  Sign in as              admin@demo.local    Ada Lind, ADMIN: approves and executes',
		'                          member@demo.local   Ben Ochoa, MEMBER: proposes',
		'                          auditor@demo.local  Iris Kwan, AUDITOR: reads everything',
		`  Password                ${password}`,
		'',
		...where,
		...(logFile === null ? [] : [`  Logs                    ${logFile}`]),
		'',
		'  Stop with Ctrl+C.',
		'',
	].join('\n');
}

/** With an MCP server of somebody else's, nobody here knows what is behind it: perhaps this GitHub, by its REST address. */
function whereItWrites({ upstream, apiUrl }: RunningSandbox, { githubServerUrl, githubWebUrl }: Env): string[] {
	if (githubServerUrl !== null) {
		return [
			`  Writes to               the GitHub of the MCP server at ${new URL(githubServerUrl).origin} (MCP_GITHUB_SERVER_URL)`,
			githubWebUrl === null
				? `                          GITHUB_WEB_URL is not set: pages are expected at ${upstream.webUrl}`
				: `                          its pages: ${githubWebUrl}`,
			`  Own sandbox GitHub      not written to, unless that MCP server leads to ${apiUrl}`,
		];
	}
	return [
		`  Sandbox GitHub          ${upstream.webUrl}  (repositories acme/payments-api, acme/ledger)`,
		`                          REST ${apiUrl}/api/v3, fault switches ${apiUrl}/_sandbox/faults`,
		`                          MCP server ${upstream.sidecarUrl}`,
		'                          Writes stay on this machine',
	];
}

main().catch((cause) => fail(`The portal could not start: ${cause instanceof Error ? cause.message : String(cause)}`));
