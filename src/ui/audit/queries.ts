'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '#api/client';
import { type Filters, queryOf } from './filters.ts';

export const pageSize = 25;

/** One page, newest first. */
export const useAuditPage = (tenant: string, filters: Filters) => {
	const before = filters.before ?? undefined;
	const query = { tenant, ...queryOf(filters), before, limit: pageSize, order: 'desc' as const };
	return useQuery({
		queryKey: ['audit', query],
		queryFn: ({ signal }) => call('GET /api/audit', { query: dropUndefined(query), signal }),
		placeholderData: keepPreviousData,
	});
};

/** Where the page that lies after this one in time begins; undefined: it is the newest. */
export async function beforeOfNewer(tenant: string, filters: Filters, newest: number): Promise<number | undefined> {
	const query = { tenant, ...queryOf(filters), after: newest, limit: pageSize, order: 'asc' as const };
	const page = await call('GET /api/audit', { query: dropUndefined(query) });
	const last = page.entries.at(-1);
	return page.next === null || last === undefined ? undefined : last.seq + 1;
}

/** A row and its two neighbours, as stored, whatever is filtered. */
export const useNeighbours = (tenant: string, seq: number, enabled = true) =>
	useQuery({
		queryKey: ['audit-around', tenant, seq],
		queryFn: ({ signal }) =>
			call('GET /api/audit', {
				query: { tenant, after: Math.max(-1, seq - 2), before: seq + 2, limit: 3, order: 'asc' },
				signal,
			}),
		enabled,
	});

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out what is not asked for; the API refuses keys that say nothing. */
function dropUndefined<T extends object>(query: T): Defined<T> {
	return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Defined<T>;
}
