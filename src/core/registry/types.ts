import type { z } from 'zod';
import type { JsonObject } from '#core/canonical-json';

/** What a (tool, method) does: reads, writes a tracking artifact, or writes what must stay on the attested path. */
export type ToolClass = 'read' | 'safe' | 'compliance-critical';

/** Where a write lands. Owner and repo have passed the provider's grammar. */
export interface Target {
	readonly owner: string;
	readonly repo: string;
	readonly number?: number;
}

/** One tool of the provider: a class, or a class per value of its method argument. */
export type ToolRule =
	| { readonly class: ToolClass }
	| { readonly methodArg: string; readonly methods: Readonly<Record<string, ToolClass>> };

/** What a write makes or, for `labels`, replaces. */
export type Creates = 'issue' | 'comment' | 'labels';

/** How one safe (tool, method) is checked, shown and sent. */
export interface SafeWrite {
	readonly tool: string;
	/** The method's value, where the tool has methods. */
	readonly method?: string;
	/** Closed: an unknown key is refused, never ignored. */
	readonly schema: z.ZodType;
	readonly creates: Creates;
	/** The key of `args` whose text gets the footer and the marker; null for a write that carries no text. */
	readonly bodyField: string | null;
	readonly target: (args: JsonObject) => Target;
	/** One sentence: “Open a new issue in acme/payments-api”. */
	readonly summary: (args: JsonObject) => string;
}

/** A provider of the static registry. */
export interface Provider {
	readonly id: 'github';
	readonly version: string;
	readonly tools: Readonly<Record<string, ToolRule>>;
	readonly writes: readonly SafeWrite[];
}
