'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';
import { prereqsKey } from '#ui/tenant.tsx';

export type Credential = AnswerOf<'GET /api/credentials'>['credentials'][number];
export type CredentialTest = AnswerOf<'POST /api/credentials/github/test'>;

const key = (tenant: string) => ['credentials', tenant];

export const useCredential = (tenant: string, enabled = true) =>
	useQuery({
		queryKey: key(tenant),
		queryFn: ({ signal }) => call('GET /api/credentials', { query: { tenant }, signal }),
		select: (data) => data.credentials.find((one) => one.provider === 'github') ?? null,
		enabled,
	});

/** Set, test and delete. The token goes in one direction only; nothing here can read it back. */
export function useCredentialActions(tenant: string) {
	const client = useQueryClient();
	const onSettled = () =>
		Promise.all([
			client.invalidateQueries({ queryKey: key(tenant) }),
			client.invalidateQueries({ queryKey: prereqsKey(tenant) }),
		]);
	return {
		set: useMutation({
			mutationFn: (token: string) =>
				call('PUT /api/credentials/github', { query: { tenant }, body: { kind: 'pat', token } }),
			onSettled,
			// The mutation's variables hold the token: they are forgotten as soon as nobody shows its result.
			gcTime: 0,
		}),
		test: useMutation({
			mutationFn: async () => ({
				answer: await call('POST /api/credentials/github/test', { query: { tenant } }),
				at: new Date().toISOString(),
			}),
			onSettled,
		}),
		remove: useMutation({
			mutationFn: () => call('DELETE /api/credentials/github', { query: { tenant } }),
			onSettled,
		}),
	};
}
