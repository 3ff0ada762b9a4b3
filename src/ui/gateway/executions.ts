'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';

export type Execution = AnswerOf<'GET /api/mcp/executions/:id'>;

/** Begins the key of every list of executions, so that one invalidation reaches them all. */
export const executionsKey = (tenant: string) => ['executions', tenant] as const;

/** @param state only those in it; absent: all. */
export const useExecutions = (tenant: string, state?: Execution['state']) =>
	useInfiniteQuery({
		queryKey: [...executionsKey(tenant), 'list', state ?? 'all'],
		queryFn: ({ pageParam, signal }) =>
			call('GET /api/mcp/executions', {
				query: {
					tenant,
					limit: 10,
					...(state === undefined ? {} : { state }),
					...(pageParam === '' ? {} : { cursor: pageParam }),
				},
				signal,
			}),
		initialPageParam: '',
		getNextPageParam: (page) => page.next,
		refetchInterval: 15_000,
	});

/** What waits for a person: the first hundred, and whether there are more. */
export const useNeedsPerson = (tenant: string) =>
	useQuery({
		queryKey: [...executionsKey(tenant), 'needs-person'],
		queryFn: async ({ signal }) => {
			const page = await call('GET /api/mcp/executions', {
				query: { tenant, state: 'NEEDS_HUMAN', limit: 100 },
				signal,
			});
			return { waiting: page.executions, more: page.next !== null };
		},
		refetchInterval: 30_000,
	});

/** No look and no answer changes it any more by itself; NEEDS_HUMAN a person can. */
export const isSettled = (execution: Execution) =>
	execution.state === 'CONFIRMED' ||
	execution.state === 'REJECTED' ||
	execution.state === 'ABSENT' ||
	execution.state === 'NEEDS_HUMAN';

/** Each second at first, when most answers come; then each five. */
const paceOf = (answers: number) => (answers < 10 ? 1_000 : 5_000);

/** One execution, asked again until it is settled. */
export const useWatchedExecution = (tenant: string, id: string | undefined) =>
	useQuery({
		queryKey: ['execution', tenant, id],
		queryFn: ({ signal }) =>
			call('GET /api/mcp/executions/:id', { params: { id: id ?? '' }, query: { tenant }, signal }),
		enabled: id !== undefined,
		staleTime: 0,
		refetchInterval: ({ state }) => (state.data && isSettled(state.data) ? false : paceOf(state.dataUpdateCount)),
	});

/** The newest execution of these very bytes: for an answer that was lost on its way to this page. */
export const useExecutionOf = (tenant: string, argsSha: string, enabled: boolean) =>
	useQuery({
		queryKey: ['execution-of', tenant, argsSha],
		queryFn: async ({ signal }) => {
			const page = await call('GET /api/mcp/executions', { query: { tenant, limit: 20 }, signal });
			return page.executions.find((one) => one.argsSha === argsSha) ?? null;
		},
		enabled,
		staleTime: 0,
		gcTime: 0,
		refetchInterval: ({ state }) => (state.data && isSettled(state.data) ? false : paceOf(state.dataUpdateCount)),
	});
