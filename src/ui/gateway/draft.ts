import { emptyValues, type WriteKind, type WriteValues, writeKinds } from './writes.ts';

export interface Draft {
	readonly kind: WriteKind;
	readonly values: WriteValues;
}

const keyOf = (tenant: string, userId: string) => `sarc-draft:${tenant}:${userId}`;

/** What was typed in this tab, so that a reload, a sign-in or a refusal loses nothing. Never leaves the browser. */
export function readDraft(tenant: string, userId: string): Draft | undefined {
	try {
		const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(tenant, userId)) ?? 'null');
		if (typeof kept !== 'object' || kept === null) return undefined;
		const { kind, values } = kept as { kind?: unknown; values?: unknown };
		if (typeof values !== 'object' || values === null) return undefined;
		const text = (name: Exclude<keyof WriteValues, 'labels'>) => {
			const value = (values as Record<string, unknown>)[name];
			return typeof value === 'string' ? value : emptyValues[name];
		};
		const { labels } = values as { labels?: unknown };
		return {
			kind: writeKinds.find((one) => one === kind) ?? 'issue',
			values: {
				owner: text('owner'),
				repo: text('repo'),
				title: text('title'),
				number: text('number'),
				body: text('body'),
				labels: Array.isArray(labels) ? labels.filter((name) => typeof name === 'string') : [],
				label: text('label'),
			},
		};
	} catch {
		return undefined;
	}
}

export function keepDraft(tenant: string, userId: string, draft: Draft): void {
	try {
		sessionStorage.setItem(keyOf(tenant, userId), JSON.stringify(draft));
	} catch {
		// A full or forbidden store costs the draft of a reload, nothing else.
	}
}
