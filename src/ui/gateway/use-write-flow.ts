'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useReducer, useRef } from 'react';
import { call } from '#api/client';
import { useSay } from '#ui/controls/live.tsx';
import { prereqsKey, useHere } from '#ui/tenant.tsx';
import { executionsKey } from './executions.ts';
import { step } from './flow.ts';
import { type Proposal, proposalOf } from './proposal.ts';
import { resultOfError, spoken } from './result.ts';
import { newNonce, type Submitted } from './writes.ts';

/** Propose and execute behind the stages. One preview and one execution at a time; each sends what the sheet showed. */
export function useWriteFlow(onRefusedPreview: (problem: unknown) => boolean) {
	const { tenant } = useHere();
	const client = useQueryClient();
	const say = useSay();
	const [stage, move] = useReducer(step, { at: 'form' });
	// A second press within one frame must not start a second request: a ref is seen at once, state is not.
	const running = useRef(false);

	const preview = async (submitted: Submitted) => {
		if (running.current) return;
		running.current = true;
		move({ type: 'ask' });
		const { kind: _, ...body } = submitted;
		try {
			const answer = await call('POST /api/mcp/propose', { query: { tenant }, body });
			move({ type: 'previewed', proposal: proposalOf(submitted, answer, new Date()) });
			say(`Preview: ${answer.preview.summary}. ${answer.preview.warnings.length} notices.`);
		} catch (problem) {
			if (onRefusedPreview(problem)) move({ type: 'close' });
			else move({ type: 'refused', problem });
			void client.invalidateQueries({ queryKey: prereqsKey(tenant) });
		} finally {
			running.current = false;
		}
	};

	const approve = async (proposal: Proposal, acknowledged: readonly string[]) => {
		if (running.current) return;
		running.current = true;
		move({ type: 'approve', acknowledged });
		say('Writing to GitHub.');
		const { kind: _, ...bytes } = proposal.submitted;
		// A write that replaces a state is approved upon the state that was shown: what stands there is told by its hash.
		const { argsSha, beforeSha } = proposal.answer;
		const body = {
			...bytes,
			argsSha,
			...(beforeSha === undefined ? {} : { beforeSha }),
			...(acknowledged.length > 0 ? { acknowledged: [...acknowledged] } : {}),
		};
		const result = await call('POST /api/mcp/execute', { query: { tenant }, body }).then(
			(answer) => ({ kind: 'answer' as const, answer, at: new Date().toISOString() }),
			resultOfError,
		);
		running.current = false;
		move({ type: 'ended', argsSha, result });
		say(spoken(result));
		void client.invalidateQueries({ queryKey: executionsKey(tenant) });
		void client.invalidateQueries({ queryKey: prereqsKey(tenant) });
	};

	return {
		stage,
		open: () => move({ type: 'open' }),
		close: () => move({ type: 'close' }),
		preview: (submitted: Submitted) => void preview(submitted),
		/** The same arguments, on purpose once more: only a person's press mints a nonce. */
		another: (submitted: Submitted) => void preview({ ...submitted, nonce: newNonce() }),
		approve: (proposal: Proposal, acknowledged: readonly string[]) => void approve(proposal, acknowledged),
	};
}
