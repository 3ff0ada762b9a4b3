/** What a tool call ends in: a text (`isError` when it failed). Errors of the JSON-RPC kind are thrown as `rpcError`. */
export type Outcome = { text: string; isError?: true };

export type Arguments = Readonly<Record<string, unknown>>;

type Thrown = Error & { kind?: 'tool' | 'rpc'; code?: number };

/** Ends a tool call with `isError` and this text. */
export const toolError = (text: string): Error => Object.assign(new Error(text), { kind: 'tool' });

/** Ends a tool call with a JSON-RPC error; the real server answers code 0 where a handler returns a bare error. */
export const rpcError = (message: string, code = 0): Error => Object.assign(new Error(message), { kind: 'rpc', code });

export const isToolError = (error: unknown): error is Error => (error as Thrown).kind === 'tool';
export const rpcCode = (error: unknown): number | undefined =>
	(error as Thrown).kind === 'rpc' ? ((error as Thrown).code ?? 0) : undefined;
