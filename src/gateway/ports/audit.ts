import type { EntryDraft } from '#core/audit/entry';

export interface AuditPosition {
	readonly seq: number;
	readonly entryHash: string;
}

export interface StoredEntry {
	readonly seq: number;
	readonly entry: string;
	readonly leaf: string;
	readonly entryHash: string;
}

export interface AuditQuery {
	readonly log: string;
	readonly after?: number;
	readonly before?: number;
	readonly limit: number;
	readonly order: 'asc' | 'desc';
	readonly action?: string;
	readonly ok?: boolean;
	readonly actor?: string;
	readonly from?: string;
	readonly to?: string;
}

export interface AuditHead {
	readonly size: number;
	readonly head: string;
}

export interface AuditStore {
	/** Appends one entry under the lock of the log's head row; `log` is a tenant id or `platform`. */
	append(log: string, entry: EntryDraft): Promise<AuditPosition>;
	page(query: AuditQuery): Promise<{ entries: StoredEntry[]; head: AuditHead; more: boolean }>;
	head(log: string): Promise<AuditHead>;
	/** The first entry that stands at or after the head's size: no append of ours leaves one. Null when there is none. */
	beyondHead(log: string): Promise<number | null>;
	/** All entries of a log below `size`, in order, in batches. */
	scan(log: string, size: number): AsyncIterable<readonly StoredEntry[]>;
}
