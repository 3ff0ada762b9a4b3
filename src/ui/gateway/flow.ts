import type { Proposal } from './proposal.ts';
import type { Result } from './result.ts';

/** Where a person stands between typing and the outcome. Only an explicit act moves it forward. */
export type Stage =
	| { readonly at: 'form' }
	| { readonly at: 'panel'; readonly busy: boolean; readonly problem: unknown }
	| { readonly at: 'decide'; readonly proposal: Proposal }
	| { readonly at: 'executing'; readonly proposal: Proposal; readonly acknowledged: readonly string[] }
	| {
			readonly at: 'outcome';
			readonly proposal: Proposal;
			readonly acknowledged: readonly string[];
			readonly result: Result;
	  };

export type Move =
	| { readonly type: 'open' }
	| { readonly type: 'close' }
	| { readonly type: 'ask' }
	| { readonly type: 'refused'; readonly problem: unknown }
	| { readonly type: 'previewed'; readonly proposal: Proposal }
	| { readonly type: 'approve'; readonly acknowledged: readonly string[] }
	| { readonly type: 'ended'; readonly argsSha: string; readonly result: Result };

/** The next stage. A move that does not belong to the present stage changes nothing: a late answer decides nothing. */
export function step(stage: Stage, move: Move): Stage {
	switch (move.type) {
		case 'open':
			return stage.at === 'form' ? { at: 'panel', busy: false, problem: undefined } : stage;
		case 'close':
			return stage.at === 'executing' ? stage : { at: 'form' };
		case 'ask':
			return stage.at === 'executing' ? stage : { at: 'panel', busy: true, problem: undefined };
		case 'refused':
			return stage.at === 'panel' && stage.busy ? { at: 'panel', busy: false, problem: move.problem } : stage;
		case 'previewed':
			return stage.at === 'panel' && stage.busy ? { at: 'decide', proposal: move.proposal } : stage;
		case 'approve':
			return stage.at === 'decide' || stage.at === 'outcome'
				? { at: 'executing', proposal: stage.proposal, acknowledged: move.acknowledged }
				: stage;
		case 'ended':
			return stage.at === 'executing' && stage.proposal.answer.argsSha === move.argsSha
				? { at: 'outcome', proposal: stage.proposal, acknowledged: stage.acknowledged, result: move.result }
				: stage;
	}
}
