import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { noteOnConnection } from '#cli/http/address';
import type { CommandIo } from '#cli/http/command-io';
import { portalClient } from '#cli/http/portal-client';
import { printable } from '#cli/http/printable';
import { SMOKE_HELP } from './help.ts';
import { readSmokeOptions, type SmokeOptions } from './options.ts';
import { createReport, EXIT, usageDocument } from './report.ts';
import { runSteps } from './run.ts';
import type { Smoke } from './subject.ts';

/**
 * `portal smoke`: the runbook's live check against any deployment, through the portal's HTTP API alone. Gives the exit
 * code: 0 all passed, 1 something failed, 2 nothing failed but a step was not run.
 */
export async function smoke(args: readonly string[], io: CommandIo): Promise<number> {
	if (args.includes('--help')) {
		io.out(SMOKE_HELP);
		return EXIT.passed;
	}
	const json = args.includes('--json');
	const options = readSmokeOptions(args, io.env);
	if (!options.ok) {
		io.err(`${printable(options.error)}\nHow it is used: portal smoke --help`);
		if (json) io.out(usageDocument(options.error));
		return EXIT.failed;
	}
	const stop = new AbortController();
	const release = stopOnSignals(stop);
	try {
		return await run(options.value, io, json, stop.signal);
	} finally {
		release();
	}
}

async function run(options: SmokeOptions, io: CommandIo, json: boolean, stop: AbortSignal): Promise<number> {
	const { address, tenant, owner, repo, credentials } = options;
	const portal = portalClient(address, credentials, stop);
	const now = () => performance.now();
	const tell = (line: string): void => io.err(printable(line, portal.secrets()));
	const report = createReport({ io, json, url: address.origin, tenant, now, secrets: portal.secrets });
	const subject: Smoke = {
		options,
		portal,
		run: randomBytes(6).toString('hex'),
		startedAt: new Date(),
		stop,
		pause: (ms) => delay(ms),
		now,
		tell,
	};
	if (!json)
		io.out(printable(`Smoke test of ${address.origin}, tenant ${tenant}, in ${owner}/${repo}, run ${subject.run}`));
	const note = noteOnConnection(address);
	if (note !== null) tell(note);
	try {
		await runSteps(subject, report);
	} finally {
		await portal.signOut();
	}
	return report.finish();
}

/** Until released, a signal stops the run instead of the process: what was switched off is switched on again first. */
function stopOnSignals(stop: AbortController): () => void {
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
	const onSignal = (): void => stop.abort();
	for (const signal of signals) process.on(signal, onSignal);
	for (const stream of [process.stdout, process.stderr]) {
		// For good: such an error comes after the write, perhaps when the run is over.
		if (!stream.listeners('error').includes(onBrokenPipe)) stream.on('error', onBrokenPipe);
	}
	return () => {
		for (const signal of signals) process.off(signal, onSignal);
	};
}

/** A reader of the output that goes away (`| head`) must not end the process while a flag is off. */
function onBrokenPipe(): void {}
