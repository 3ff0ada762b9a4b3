/** What a log line says about an error. Never a message or a path that somebody else may have put a secret in. */
export interface SafeError {
	readonly name: string;
	readonly code?: string | number;
	readonly message?: string;
	/** Where it was thrown, innermost first: function, file and line. */
	readonly at?: readonly string[];
	readonly cause?: SafeError;
}

/**
 * The engine's own complaints about our code. Every other message is withheld, since libraries put into theirs what must not be
 * logged: SQL with its parameters (Drizzle, pg), the upstream's body (the MCP SDK), a host (Node's system errors),
 * the text that did not parse (SyntaxError), the value that a switch did not expect (assertNever).
 */
const PLAIN_BUGS = new Set(['TypeError', 'RangeError', 'ReferenceError']);

/** Gives name, code and origin of an error and of its causes, and a message only where the engine wrote it. */
export function safeError(error: Error, depth = 0): SafeError {
	const code = codeOf(error);
	const name = /^[\w.$-]{1,80}$/.test(error.name) ? error.name : 'Error';
	const at = code === undefined ? framesOf(error) : [];
	return {
		name,
		...(code === undefined ? {} : { code }),
		...(code === undefined && PLAIN_BUGS.has(name) ? { message: withoutValues(error.message) } : {}),
		...(at.length === 0 ? {} : { at }),
		...(error.cause instanceof Error && depth < 4 ? { cause: safeError(error.cause, depth + 1) } : {}),
	};
}

function codeOf(error: Error): string | number | undefined {
	const code: unknown = 'code' in error ? error.code : undefined;
	if (typeof code === 'number') return code;
	return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : undefined;
}

/** Quoted values and URLs are data: `Headers.append: "Bearer …" is an invalid header value`, `Failed to parse URL from …`. */
function withoutValues(message: string): string {
	return message
		.slice(0, 1000) // before the patterns look: whoever sent the value decides how long it is
		.replace(/"[^"]*"?/g, '"…"')
		.replace(/`[^`]*`?/g, '`…`')
		.replace(/[a-z0-9+.-]{0,1000}:\/\/\S*/gi, '[url]')
		.slice(0, 200);
}

/** Ten frames, which is all that the engine writes, are far shorter. */
const MOST_STACK = 8192;

/** Function, file name and line of the frames in our own code: enough to find a bug, nothing about the machine's folders. */
function framesOf(error: Error): string[] {
	// The stack begins with the message, which may itself contain lines that look like frames.
	const head = `${error.name}: ${error.message}`;
	const stack = error.stack ?? '';
	const frames = stack.startsWith(head) ? stack.slice(head.length) : stack.startsWith(error.name) ? '' : stack;
	const found: string[] = [];
	for (const line of frames.slice(0, MOST_STACK).split('\n')) {
		const frame = /^ {4}at (?:async )?(?:(?<fn>[\w.$<> ]{1,80}) \()?(?<path>[^()]+):(?<line>\d+):\d+\)?$/.exec(
			line,
		)?.groups;
		if (frame === undefined || frame.path === undefined || /node:|node_modules/.test(frame.path)) continue;
		const file = /[\w.-]{1,60}$/.exec(frame.path)?.[0] ?? '?';
		found.push(`${frame.fn === undefined ? '' : `${frame.fn} `}${file}:${frame.line}`);
		if (found.length === 6) break;
	}
	return found;
}
