'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';

export type Targets = AnswerOf<'GET /api/targets'>;

const targetsKey = (tenant: string) => ['targets', tenant] as const;

/** @param mayRead a MEMBER learns of the list from a refusal: the API does not tell it them. */
export const useTargets = (tenant: string, mayRead: boolean) =>
	useQuery({
		queryKey: targetsKey(tenant),
		queryFn: ({ signal }) => call('GET /api/targets', { query: { tenant }, signal }),
		enabled: mayRead,
	});

/** Puts the whole list. What is shown afterwards is the portal's answer. */
export function useSaveTargets(tenant: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (body: { allow: string[]; reason?: string }) => call('PUT /api/targets', { query: { tenant }, body }),
		onSuccess: (answer) => client.setQueryData(targetsKey(tenant), answer),
	});
}
