'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';

export type Execution = AnswerOf<'GET /api/mcp/executions/:id'>;

export const executionsKey = (tenant: string) => ['executions', tenant] as const;

export const useExecutions = (tenant: string) =>
	useInfiniteQuery({
		queryKey: executionsKey(tenant),
		queryFn: ({ pageParam, signal }) =>
			call('GET /api/mcp/executions', {
				query: { tenant, limit: 10, ...(pageParam === '' ? {} : { cursor: pageParam }) },
				signal,
			}),
		initialPageParam: '',
		getNextPageParam: (page) => page.next,
		refetchInterval: 15_000,
	});

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
