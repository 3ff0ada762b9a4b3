'use client';

import { IconCircleCheck, IconCircleDashed, IconLoader2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useHere } from '#ui/tenant.tsx';
import { useExecutionOf } from './executions.ts';
import { OutcomeFrame } from './outcome-frame.tsx';
import { type Proposal, targetText } from './proposal.ts';
import type { WriteKind } from './writes.ts';

function Step({ state, name, children }: { state: 'done' | 'now' | 'next'; name: string; children: ReactNode }) {
	const icon = state === 'done' ? IconCircleCheck : state === 'now' ? IconLoader2 : IconCircleDashed;
	return (
		<li className={state === 'next' ? undefined : state}>
			<b>
				<Icon of={icon} spin={state === 'now'} />
				{name}
			</b>
			{children}
		</li>
	);
}

const doing: Readonly<Record<WriteKind, string>> = {
	issue: 'Opening an issue in',
	comment: 'Commenting on',
	labels: 'Setting the labels of',
};

/** While the request is under way. A step is only called done when the portal has shown that it is. */
export function Executing({ proposal }: { proposal: Proposal }) {
	const { tenant } = useHere();
	const { data: reserved } = useExecutionOf(tenant, proposal.answer.argsSha, true);
	const known = reserved?.state === 'RESERVED' ? reserved : undefined;
	const { preview } = proposal.answer;
	return (
		<OutcomeFrame
			tone="live"
			icon={IconLoader2}
			spin
			heading="Writing to GitHub"
			focusKey="executing"
			sentence={
				<>
					{doing[proposal.submitted.kind]} <span className="mono">{targetText(preview.target)}</span> as{' '}
					<span className="mono">{preview.as.login}</span>. You can leave this page: it finishes and is recorded either
					way.
				</>
			}
			middle={
				<ol className="steps" aria-label="Steps">
					<Step state={known ? 'done' : 'now'} name="Checked">
						{known ? 'Approval and bytes agree' : 'Comparing approval and bytes'}
					</Step>
					<Step state={known ? 'done' : 'next'} name="Reserved">
						{known ? <Moment at={known.when} /> : 'Next'}
					</Step>
					<Step state={known ? 'now' : 'next'} name="Sent">
						{known ? 'Waiting for the answer' : 'Then, once'}
					</Step>
					<Step state="next" name="Recorded">
						{known ? 'Next' : 'At the end'}
					</Step>
				</ol>
			}
			sent={
				<>
					<p>{known ? 'One request' : 'Not yet'}</p>
					<p className="dim small">It is never sent a second time by itself</p>
				</>
			}
			recorded={
				<>
					<p>{known ? 'Reserved under this argsSha' : 'Nothing yet'}</p>
					<p className="dim small">The audit row follows with the outcome</p>
				</>
			}
			can={
				<>
					<p>Wait, or carry on elsewhere</p>
					<p className="dim small">A request under way cannot be called back</p>
				</>
			}
		/>
	);
}
