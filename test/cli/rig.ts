import type { CommandIo } from '#cli/http/command-io';
import { closeNow, listen } from '#sandbox/http';
import { createFront } from '#src/front';
import { ORIGIN, startPortal, type TestPortal } from '#test/support/portal';
import { type ManInTheMiddle, startManInTheMiddle } from './man-in-the-middle.ts';

export interface Ran {
	readonly exit: number;
	readonly out: string;
	readonly err: string;
}

type Command = (args: readonly string[], io: CommandIo) => Promise<number>;

/** Runs a command of the portal's command line inside this process. */
export async function runCommand(
	command: Command,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
	const out: string[] = [];
	const err: string[] = [];
	const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), env };
	const exit = await command(args, io);
	return { exit, out: out.join('\n'), err: err.join('\n') };
}

/** A whole portal behind a real HTTP server, and somebody in between who can be told to meddle. */
export interface ServedPortal {
	readonly portal: TestPortal;
	/** PORTAL_URL: the name that the portal answers under. */
	readonly origin: string;
	/** Where the server listens: another name than its own. */
	readonly address: string;
	readonly middle: ManInTheMiddle;
	close(): Promise<void>;
}

export async function servePortal(options: { env?: Record<string, string> } = {}): Promise<ServedPortal> {
	const portal = await startPortal(options);
	const server = createFront({
		fetch: portal.portal.fetch as never,
		pages: null,
		own: () => ({ hosts: new Set([new URL(ORIGIN).host]), origins: new Set([ORIGIN]) }),
		portalUrl: () => ORIGIN,
		requestId: () => 'page',
		onError: () => {},
	});
	const address = await listen(server, '127.0.0.1', 0);
	const middle = await startManInTheMiddle(address);
	return {
		portal,
		origin: ORIGIN,
		address,
		middle,
		async close() {
			await middle.close();
			await closeNow(server);
			await portal.close();
		},
	};
}
