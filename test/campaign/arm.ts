import type { StatementName } from './statements.ts';

/** Where a portal process ends itself; of several, at the first that comes. */
export interface Arm {
	readonly statements: readonly StatementName[];
	/** sent: it is under way to PostgreSQL. The embedded database has no such moment; there it is `before`. */
	readonly when: 'before' | 'sent' | 'after';
	/** At a connection to the MCP server, after a reservation. */
	readonly connection?: boolean;
	/** How many of them are let through first. */
	readonly skip: number;
}

export type ToPortal =
	| { readonly kind: 'arm'; readonly arms: readonly Arm[] }
	| { readonly kind: 'ask'; readonly id: number; readonly text: string; readonly params: readonly unknown[] };

export type FromPortal =
	| { readonly kind: 'port'; readonly port: number }
	| { readonly kind: 'armed' }
	| {
			readonly kind: 'rows';
			readonly id: number;
			readonly rows?: Record<string, unknown>[];
			readonly error?: string;
	  };
