import type { JsonObject } from '#core/canonical-json';
import type { UpstreamOutcome } from '#core/execution/state';
import { type Differences, refusedTool, toolsFor } from '#core/registry/drift';
import { pinnedTools } from '#core/registry/pins';
import { err, ok, type Result } from '#core/result';
import type { Sha256 } from '#core/sha256';
import type { Clock } from '#gateway/ports/clock';
import type { Log } from '#gateway/ports/log';
import type { Upstream } from '#gateway/ports/upstream';
import { createConnections } from './connections.ts';
import { type DriftWatch, watchDrift } from './drift-watch.ts';
import type { Write } from './exchange.ts';
import { artifactAt, searchIssues } from './github-artifact.ts';
import { labelsOf } from './github-labels.ts';
import { commentsSince, issuesSince, newestIssue, type ReadTool, whoAmI } from './github-reads.ts';
import { hiddenTool, isUnknownTool, notAsListed, outcomeOf, refusedAtTheDoor, unsent } from './github-result.ts';
import { isAboutTheCredential, type ReadFailure, readJson } from './read-result.ts';
import { type Requested, sendOnce } from './request.ts';
import { compareTools, listTools } from './tool-list.ts';

export interface UpstreamConfig {
	/** Address of the provider's MCP server; '' = none configured. */
	readonly url: string;
	/** Origin of GitHub's pages, where artifacts must be. */
	readonly webUrl: string;
	/** For a whole call: connection, handshake, request and answer together. */
	readonly timeoutMs: number;
	/** Digests of tool prose that are accepted beside the pinned ones, by tool (the sandbox's own server). */
	readonly acceptedRestDigests?: Readonly<Record<string, readonly string[]>>;
	/** For a server of the portal's own: one tool beyond those that the portal uses, and none is called. */
	readonly exactTools?: boolean;
	readonly clock: Clock;
	readonly log: Log;
	readonly sha256: Sha256;
	/** A well-shaped token that opens nothing: listing tools needs no tenant's credential, and scopes would filter it. */
	readonly probeToken?: string;
}

const PROBE_TOKEN = 'github_pat_THIS_IS_NOT_A_TOKEN_IT_ONLY_LISTS_TOOLS';
const CALL_BYTES = 1024 * 1024;
/** Ten issues or comments of the longest text that GitHub allows, in the longest spelling. */
const READ_BYTES = 5 * 1024 * 1024;
/** For all answers of one look: who fills a repository, and the server, decide how many pages there are to keep. */
const LOOK_BYTES = 32 * 1024 * 1024;

/** The provider's MCP server, reached over Streamable HTTP with the tenant's credential in each request. */
export function createUpstream(config: UpstreamConfig): Upstream {
	const connections = config.url === '' ? null : createConnections(config);
	const configured = (provider: string) => provider === 'github' && connections !== null;
	const drift: DriftWatch = watchDrift(config, look);

	async function send(
		secret: string,
		method: 'tools/call' | 'tools/list',
		params: JsonObject,
		more: {
			cap: number;
			deadline?: AbortSignal;
			until?: AbortSignal;
			write?: Write;
		},
	): Promise<Requested> {
		if (connections === null) return { kind: 'given_up' };
		const { name } = params;
		return sendOnce(connections, {
			secret,
			method,
			params,
			deadline: AbortSignal.timeout(config.timeoutMs),
			timeoutMs: config.timeoutMs,
			// Exactly this tool and no toolset header: the server then offers nothing else.
			...(typeof name === 'string' ? { headers: { 'x-mcp-tools': name } } : {}),
			...more,
		});
	}

	const listFor = (secret: string, deadline: AbortSignal = AbortSignal.timeout(config.timeoutMs)) =>
		listTools((params, cap) => send(secret, 'tools/list', params, { cap, deadline }));

	async function look(): Promise<Result<Required<Differences>, string>> {
		const probe = config.probeToken ?? PROBE_TOKEN;
		const deadline = AbortSignal.timeout(config.timeoutMs);
		const first = await listFor(probe, deadline);
		const served = first.ok || first.error.forgotten !== true ? first : await listAnew(probe, deadline);
		if (!served.ok) return err(served.error.why);
		const differences = compareTools(served.value, {
			pins: pinnedTools('github'),
			sha256: config.sha256,
			acceptedRestDigests: config.acceptedRestDigests ?? {},
			exact: config.exactTools ?? false,
			path: new URL(config.url).pathname,
		});
		return ok(differences);
	}

	/** A server that has started anew knows no session of before: what that costs is this second list, not a write. */
	function listAnew(secret: string, deadline: AbortSignal) {
		connections?.dropAll();
		return listFor(secret, deadline);
	}

	/** Reads for one look: what it has read once too much stays an error, so that a part is never taken for the whole. */
	const readWith = (secret: string, until?: AbortSignal): ReadTool => {
		let left = LOOK_BYTES;
		return async (tool, args) => {
			if (until?.aborted === true) return err(givenUp);
			// What another definition answers could be misread, and be taken for evidence.
			const { changed, missing } = drift.current();
			const refused = refusedTool(tool, { changed, missing });
			if (refused !== null) return err({ kind: 'unreadable', why: refused });
			const cap = Math.min(READ_BYTES, left);
			const more = until === undefined ? { cap } : { cap, until };
			const requested = await send(secret, 'tools/call', { name: tool, arguments: args }, more);
			if (requested.kind === 'exchanged') left -= requested.exchange.bytes;
			return left > 0 ? readJson(requested, textsOf(args)) : err(moreThanRead);
		};
	};

	/** Names of the tools that the server lists for a credential. */
	async function listedFor(secret: string, deadline?: AbortSignal): Promise<Result<ReadonlySet<unknown>, ReadFailure>> {
		const served = await listFor(secret, deadline);
		return served.ok ? ok(new Set(served.value.map((tool) => (tool as JsonObject | null)?.name))) : served;
	}

	async function call(input: Parameters<Upstream['call']>[0]): Promise<UpstreamOutcome> {
		const { provider, tool, args, secret, expect, stillMine = () => true } = input;
		if (!configured(provider)) return { kind: 'not_sent', why: 'No MCP server is configured.' };
		const deadline = AbortSignal.timeout(config.timeoutMs);
		// Each request has a connection of its own, so that nothing tells when the server has been replaced. One that does
		// not list its tools now is not known to be the one that was looked at before.
		const seen = await drift.renew(deadline);
		for (const needed of toolsFor(tool, expect.creates)) {
			const refused = refusedTool(needed, seen);
			if (refused !== null) return changedTool(refused);
		}
		if (!seen.ok) {
			return { kind: 'not_sent', why: 'The list of tools cannot be read just now. Nothing was sent.' };
		}
		const requested = await send(
			secret,
			'tools/call',
			{ name: tool, arguments: args },
			{ cap: CALL_BYTES, deadline, write: { stillMine } },
		);
		// It says that it has no such tool, so that nothing was written. That is one answer to something that was sent; a
		// question that writes nothing has to be answered alike, with the same credential (0016).
		const saysUnknown = requested.kind === 'exchanged' && isUnknownTool(requested.exchange, tool);
		if (saysUnknown) {
			const listed = await listedFor(secret, deadline);
			if (!listed.ok || listed.value.has(tool)) return notAsListed(tool);
			// Hidden from this credential, or gone for everybody: a look at all tools tells which.
			const gone = refusedTool(tool, await drift.renew(deadline));
			return gone === null ? hiddenTool(tool) : changedTool(gone);
		}
		return settle(requested, { ...expect, tool, values: textsOf(args), webUrl: config.webUrl });
	}

	return {
		configured,
		drift: () => drift.current(),
		checkTools: async (provider) => {
			if (configured(provider)) await drift.renew();
		},
		call,
		whoAmI: (_provider, secret, until) => whoAmI(readWith(secret, until), secret),
		usableTools: async (_provider, secret) => {
			const listed = await listedFor(secret);
			if (!listed.ok) return err({ kind: listed.error.kind, why: listed.error.why });
			return ok(Object.fromEntries(pinnedTools('github').map(({ name }) => [name, listed.value.has(name)])));
		},
		issuesSince: (_provider, secret, target, since, until) =>
			issuesSince(readWith(secret, until), target, since, config.webUrl),
		newestIssue: (_provider, secret, target, until) => newestIssue(readWith(secret, until), target, config.webUrl),
		commentsSince: (_provider, secret, target, since, until) =>
			commentsSince(readWith(secret, until), target, since, config.webUrl),
		labels: (_provider, secret, target, until) => labelsOf(readWith(secret, until), target, secret),
		searchIssues: (_provider, secret, input, until) => searchIssues(readWith(secret, until), input, config.webUrl),
		artifactAt: (_provider, secret, url, until) => artifactAt(readWith(secret, until), secret, url, config.webUrl),
		close: async () => connections?.close(),
	};
}

function changedTool(why: string): UpstreamOutcome {
	return { kind: 'not_sent', why: `${why} Nothing was sent.`, code: 'tool_definition_changed' };
}

const givenUp = { kind: 'unreachable', why: 'Reading took too long and was given up.' } as const;
const moreThanRead = { kind: 'unreadable', why: 'There is more to read than the portal reads at one look.' } as const;

function settle(requested: Requested, judged: Parameters<typeof outcomeOf>[1]): UpstreamOutcome {
	switch (requested.kind) {
		case 'exchanged':
			return outcomeOf(requested.exchange, judged);
		case 'given_up':
			return { kind: 'not_sent', why: unsent(undefined) };
		case 'no_connection': {
			// The write was never sent. That the credential is refused is the provider's no; the rest is no connection.
			const { handshake } = requested;
			const refused = isAboutTheCredential(handshake) ? refusedAtTheDoor(handshake, judged.values) : null;
			return refused ?? { kind: 'not_sent', why: unsent(handshake.problem) };
		}
	}
}

/** Every text of the arguments, also of lists, but the method's name, which is ours. */
function textsOf(args: JsonObject): string[] {
	const texts = Object.entries(args).flatMap(([key, value]) => (key === 'method' ? [] : value));
	return texts.filter((value) => typeof value === 'string');
}
