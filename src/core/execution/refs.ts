/**
 * The footer exactly as the portal writes it (bytes.md §3), at the end of a text: a rule, one line, and the whole marker
 * unless the server's sanitiser has stripped it, which also writes `'` as `&#39;` and ends with a line end. Whoever writes a
 * body writes what stands before; a ref counts nowhere else.
 */
const FOOTER =
	/(?:^|\n)---\r?\nApproved by (?:[\p{L}\p{M}\p{Nd} '-]|&#39;)+ \([0-9A-Za-z-]{1,8}\)(?: by token (?:[\p{L}\p{M}\p{Nd} '-]|&#39;)+)? via SARC MCP Gateway · ref sarc-mcp:([0-9a-f]{16})(?:\r?\n<!-- sarc-mcp:([0-9a-f]{64}) -->)?$/u;

/** The longest that a footer can be, with 64 code points to a name, each perhaps escaped, and then some. */
const MOST = 2_000;

/**
 * The ref of the proposal that a text's footer names: 16 hex digits. Null without a footer at its end, or when the footer's
 * marker names another proposal than its line.
 */
export function refOf(text: string): string | null {
	const [, ref, marked] = FOOTER.exec(text.trimEnd().slice(-MOST)) ?? [];
	if (ref === undefined || (marked !== undefined && !marked.startsWith(ref))) return null;
	return ref;
}

/** The ref that a proposal's footer has. */
export function refFor(argsSha: string): string {
	return argsSha.slice(0, 16);
}
