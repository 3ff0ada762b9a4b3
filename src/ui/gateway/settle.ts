'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call, ProblemError } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';
import { fieldMessage } from '#ui/controls/field-message.ts';
import { type Execution, executionsKey } from './executions.ts';

export type Resolved = AnswerOf<'POST /api/mcp/executions/:id/resolve'>;
/** Why nothing could be read. */
type Because = NonNullable<Resolved['because']>;

/** What a person says of a write that nobody knows about. */
interface Said {
	readonly happened: boolean;
	readonly url: string;
	readonly reason: string;
}
/** The same while it is typed. */
export type Finding = Omit<Said, 'happened'> & { readonly happened: boolean | undefined };

/** The row that the settling left: the answer is the execution, whose row is that of the attempt. */
async function rowOf(tenant: string, execution: Execution): Promise<number | undefined> {
	const action = `mcp.resolve.${execution.provider}.${execution.tool}`;
	const page = await call('GET /api/audit', { query: { tenant, action, order: 'desc', limit: 20 } });
	return page.entries.find(({ entry }) => entry.includes(execution.id))?.seq;
}

export function useSettle(tenant: string, id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: async (said: Said) => {
			const execution = await call('POST /api/mcp/executions/:id/resolve', {
				params: { id },
				query: { tenant },
				body: { happened: said.happened, reason: said.reason, ...(said.happened ? { url: said.url } : {}) },
			});
			// It is settled: a log that cannot be read just now must not look like a failure.
			return { execution, row: await rowOf(tenant, execution).catch(() => undefined) };
		},
		onSettled: () =>
			Promise.all([
				client.invalidateQueries({ queryKey: executionsKey(tenant) }),
				client.invalidateQueries({ queryKey: ['execution', tenant, id] }),
			]),
	});
}

export type Wrong = { readonly [field in 'happened' | 'url' | 'reason']?: string };

/** What can be said before asking the portal. */
export function lacks({ happened, url, reason }: Finding): Wrong {
	return {
		...(happened === undefined ? { happened: 'Choose what you found.' } : {}),
		...(happened === true && !/^https?:\/\/\S+$/i.test(url.trim())
			? { url: 'Give the address at which it stands, from the address bar of GitHub.' }
			: {}),
		...(reason.trim() === '' ? { reason: 'Say how you know. It is kept in the audit log.' } : {}),
	};
}

/** A refusal, beside what it is about; undefined when it is about none of them. */
export function wrongOf(error: unknown, happened: boolean): Wrong | undefined {
	if (!(error instanceof ProblemError)) return undefined;
	if (error.code === 'artifact_not_verified') return happened ? { url: error.detail } : { happened: error.detail };
	if (error.code === 'reason_required') return { reason: error.detail };
	const url = fieldMessage(error, 'url');
	const reason = fieldMessage(error, 'reason');
	if (url === undefined && reason === undefined) return undefined;
	return { ...(url === undefined ? {} : { url }), ...(reason === undefined ? {} : { reason }) };
}

/** The address at which the portal found it, after somebody said that it did not happen. */
export function foundAt(error: unknown): string | undefined {
	if (!(error instanceof ProblemError) || error.code !== 'artifact_not_verified') return undefined;
	return /https?:\/\/\S+/.exec(error.detail)?.[0];
}

const UNCHECKED_WORD = 'your word is accepted unchecked, and the audit log says so.';

/** What “it did not happen” does, as far as it is known before the portal tries to read. */
export function whatAbsenceTakes(
	prereqs:
		| { readonly upstream: { readonly configured: boolean }; readonly credential: { readonly ok: boolean } }
		| undefined,
): string {
	if (prereqs?.upstream.configured === false) {
		return `GitHub is not connected to this portal, so it cannot look: ${UNCHECKED_WORD}`;
	}
	if (prereqs?.credential.ok === false) {
		return `This tenant has no GitHub credential, so the portal cannot look: ${UNCHECKED_WORD} With a credential it looks first.`;
	}
	return `The portal looks once more, and closes this as Not written. Where GitHub refuses the credential or does not show the place, ${UNCHECKED_WORD}`;
}

/** That it was settled without anything having been read, and why. */
export function uncheckedWords(because: Because): string {
	return `Unchecked: ${WHY_UNCHECKED[because]} The audit row says so.`;
}

const WHY_UNCHECKED: Readonly<Record<Because, string>> = {
	provider_not_configured: 'GitHub is not connected to this portal.',
	credential_missing: 'this tenant has no GitHub credential.',
	credential_unreadable: 'the stored credential does not open.',
	credential_rejected: 'GitHub refuses the stored credential.',
	not_visible: 'the repository or issue is gone, or the credential does not see it.',
};
