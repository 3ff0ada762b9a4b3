'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '#api/client';
import type { AnswerOf, BodyOf } from '#api/contract/routes';
import type { Role } from '#ui/tenant.tsx';

export type Token = AnswerOf<'GET /api/tokens'>['tokens'][number];
export type Created = AnswerOf<'POST /api/tokens'>;
export type Scope = Token['scopes'][number];

const key = (tenant: string) => ['tokens', tenant];

export const useTokens = (tenant: string) =>
	useQuery({
		queryKey: key(tenant),
		queryFn: ({ signal }) => call('GET /api/tokens', { query: { tenant }, signal }),
		select: (data) => data.tokens,
	});

export function useTokenActions(tenant: string) {
	const client = useQueryClient();
	const onSettled = () => client.invalidateQueries({ queryKey: key(tenant) });
	return {
		create: useMutation({
			mutationFn: (body: BodyOf<'POST /api/tokens'>) => call('POST /api/tokens', { query: { tenant }, body }),
			onSettled,
			// The answer holds the secret: it is forgotten as soon as nobody shows it.
			gcTime: 0,
		}),
		revoke: useMutation({
			mutationFn: (id: string) => call('DELETE /api/tokens/:id', { params: { id }, query: { tenant } }),
			onSettled,
		}),
	};
}

/** What a token may do, from least to most; `hours` is the longest it may live. */
export interface Grant {
	readonly scopes: Scope[];
	readonly words: string;
	readonly hours: number;
	/** Why it cannot be chosen now. */
	readonly off?: string;
}

const quarter = 90 * 24;

/** What may be offered: a token is never more than its owner. One that approves is for an ADMIN, and off without its flag. */
export function grantsOf(role: Role, executeTokens: boolean): readonly Grant[] {
	const read: Grant = { scopes: ['read'], words: 'Reads', hours: quarter };
	if (role === 'AUDITOR') return [];
	const propose: Grant = { scopes: ['read', 'propose'], words: 'Reads and proposes', hours: quarter };
	const execute: Grant = { scopes: ['read', 'propose', 'execute'], words: 'Reads, proposes, approves', hours: 24 };
	if (role !== 'ADMIN') return [propose, read];
	const off = 'Tokens that approve are off (mcp.execute-tokens, under Kill-switch)';
	return [propose, read, executeTokens ? execute : { ...execute, off }];
}
