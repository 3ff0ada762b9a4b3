'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '#api/client';
import type { AnswerOf, BodyOf } from '#api/contract/routes';
import type { Role } from '#ui/tenant.tsx';

type List = AnswerOf<'GET /api/members'>;
export type Member = List['members'][number];
export type Invited = List['invited'][number];
export type NewMember = BodyOf<'POST /api/members'>;
export type Made = AnswerOf<'POST /api/members'>;

const key = (tenant: string) => ['members', tenant];

export const useMembers = (tenant: string, enabled: boolean) =>
	useQuery({
		queryKey: key(tenant),
		queryFn: ({ signal }) => call('GET /api/members', { query: { tenant }, signal }),
		enabled,
	});

/** Add, change, remove. Each is done when the portal has said so and the list has been read again. */
export function useMemberActions(tenant: string) {
	const client = useQueryClient();
	const onSettled = () =>
		Promise.all([
			client.invalidateQueries({ queryKey: key(tenant) }),
			// The change may be to whoever reads this.
			client.invalidateQueries({ queryKey: ['me'] }),
		]);
	return {
		add: useMutation({
			mutationFn: (body: NewMember) => call('POST /api/members', { query: { tenant }, body }),
			onSettled,
			// The answer may hold a link: it is forgotten as soon as nobody shows it.
			gcTime: 0,
		}),
		change: useMutation({
			mutationFn: ({ id, role }: { id: string; role: Role }) =>
				call('PATCH /api/members/:id', { params: { id }, query: { tenant }, body: { role } }),
			onSettled,
		}),
		remove: useMutation({
			mutationFn: (id: string) => call('DELETE /api/members/:id', { params: { id }, query: { tenant } }),
			onSettled,
		}),
	};
}
