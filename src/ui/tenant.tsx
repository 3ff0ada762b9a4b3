'use client';

import { useQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { call } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';

export type Me = AnswerOf<'GET /api/me'>;
export type Membership = Me['memberships'][number];
export type Role = Membership['role'];
export type Prereqs = AnswerOf<'GET /api/mcp/prereqs'>;

/** Who reads this page, where, and as what. The API enforces; this only decides what is offered. */
export interface Here {
	readonly me: Me;
	/** Its slug, as in addresses. */
	readonly tenant: string;
	/** What people call it. */
	readonly name: string;
	readonly role: Role;
}

export const HereContext = createContext<Here | null>(null);

/** Inside the shell only: it renders a page once it is known who reads it. */
export function useHere(): Here {
	const here = use(HereContext);
	if (here === null) throw new Error('useHere outside the shell');
	return here;
}

export const useMe = () => useQuery({ queryKey: ['me'], queryFn: ({ signal }) => call('GET /api/me', { signal }) });

export const prereqsKey = (tenant: string) => ['prereqs', tenant] as const;
export const flagsKey = (tenant: string) => ['flags', tenant] as const;

export const usePrereqs = (tenant: string) =>
	useQuery({
		queryKey: prereqsKey(tenant),
		queryFn: ({ signal }) => call('GET /api/mcp/prereqs', { query: { tenant }, signal }),
		refetchInterval: 30_000,
	});

export const useFlags = (tenant: string) =>
	useQuery({
		queryKey: flagsKey(tenant),
		queryFn: ({ signal }) => call('GET /api/flags', { query: { tenant }, signal }),
	});
