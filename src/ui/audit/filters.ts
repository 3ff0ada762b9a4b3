'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback, useMemo } from 'react';

/** Filters live in the address, so that a link shows what its sender saw. Each is passed to the API as it stands. */
export interface Filters {
	readonly action: string;
	readonly ok: '' | 'true' | 'false';
	readonly actor: string;
	/** Days, UTC: from the start of one to the end of the other. */
	readonly from: string;
	readonly to: string;
	/** Rows before this seq; absent: the newest. */
	readonly before: number | undefined;
	/** The row that is open. */
	readonly row: number | undefined;
}

const seqOf = (text: string | null) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined);
const dayOf = (text: string | null) => (text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : '');

export function useFilters() {
	const params = useSearchParams();
	const filters = useMemo<Filters>(() => {
		const ok = params.get('ok');
		return {
			action: params.get('action') ?? '',
			ok: ok === 'true' || ok === 'false' ? ok : '',
			actor: params.get('actor') ?? '',
			from: dayOf(params.get('from')),
			to: dayOf(params.get('to')),
			before: seqOf(params.get('before')),
			row: seqOf(params.get('row')),
		};
	}, [params]);
	const set = useCallback((change: Partial<Filters>, how: 'push' | 'replace' = 'replace') => {
		const next = new URLSearchParams(location.search);
		for (const [name, value] of Object.entries(change)) {
			if (value === undefined || value === '') next.delete(name);
			else next.set(name, String(value));
		}
		const address = next.size > 0 ? `${location.pathname}?${next}` : location.pathname;
		// The address alone changes: nothing is asked of the page server.
		if (how === 'push') history.pushState(null, '', address);
		else history.replaceState(null, '', address);
	}, []);
	return { filters, set };
}

export const isFiltered = (filters: Filters) =>
	filters.action !== '' || filters.ok !== '' || filters.actor !== '' || filters.from !== '' || filters.to !== '';

/** The day after, so that `to` holds the whole day it names. */
function dayAfter(day: string): string | undefined {
	const at = Date.parse(`${day}T00:00:00Z`);
	return Number.isNaN(at) ? undefined : new Date(at + 86_400_000).toISOString();
}

/** Filters as the API takes them. */
export function queryOf(filters: Filters) {
	const from = filters.from === '' || Number.isNaN(Date.parse(filters.from)) ? undefined : `${filters.from}T00:00:00Z`;
	return {
		action: filters.action || undefined,
		ok: filters.ok || undefined,
		actor: filters.actor || undefined,
		from,
		to: filters.to === '' ? undefined : dayAfter(filters.to),
	};
}
