'use client';

import { IconEye, IconMinus, IconPlus } from '@tabler/icons-react';
import { folded } from '#core/proposal/label-set';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment, Relative } from '#ui/controls/time.tsx';
import { MarkedText } from './marked-text.tsx';
import { type Notice, spansOf } from './notices.ts';
import type { Proposal } from './proposal.ts';

type Fate = 'added' | 'removed' | 'kept';

const words: Readonly<Record<Fate, string>> = { added: 'added', removed: 'removed', kept: 'stays' };

/** One label with what becomes of it, in an icon, a word and a colour. */
function Label({
	name,
	fate,
	notices,
	field,
}: {
	name: string;
	fate: Fate;
	notices: readonly Notice[];
	field: string;
}) {
	return (
		<li className={`lbl lbl--${fate}`}>
			{fate === 'kept' ? null : <Icon of={fate === 'added' ? IconPlus : IconMinus} size={14} />}
			<span className="lbl__name">
				<MarkedText text={name} spans={spansOf(notices, field)} spaces />
			</span>
			<small>{words[fate]}</small>
		</li>
	);
}

function counted(count: number, word: string) {
	return count === 0 ? `none ${word}` : `${count} ${word}`;
}

/** The set that would stand there, what is removed for it, and the set as it was read. */
export function LabelsView(props: {
	proposal: Proposal;
	notices: readonly Notice[];
	onKeep: (labels: readonly string[]) => void;
}) {
	const { preview } = props.proposal.answer;
	const { before = [], after = [], added = [], removed = [] } = preview;
	const typed = (props.proposal.submitted.args.labels as readonly string[] | undefined) ?? [];
	const fieldOf = (name: string, fate: Fate) =>
		fate === 'removed'
			? `removed.${removed.indexOf(name)}`
			: `labels.${typed.findIndex((one) => folded(one) === folded(name))}`;
	const fates: [string, Fate][] = [
		...after.map((name): [string, Fate] => [name, added.includes(name) ? 'added' : 'kept']),
		...removed.map((name): [string, Fate] => [name, 'removed']),
	];
	return (
		<div>
			<div className="pane__head">
				<h3 className="h4">The labels, then</h3>
				<span className="push small sub">
					{counted(added.length, 'added')}, {counted(removed.length, 'removed')}
				</span>
			</div>
			{/* biome-ignore lint/a11y/useSemanticElements: no fieldset, nothing here is filled in */}
			<div className="artifact" role="group" aria-label="The set of labels as it will stand on GitHub">
				<p className="artifact__by">
					<b className="mono">{preview.as.login ?? 'The stored credential'}</b> will set the labels of #
					{preview.target.number} to {after.length === 1 ? 'this one' : `these ${after.length}`}
				</p>
				<ul className="lbls">
					{fates.map(([name, fate]) => (
						<Label
							key={`${fate} ${name}`}
							name={name}
							fate={fate}
							notices={props.notices}
							field={fieldOf(name, fate)}
						/>
					))}
				</ul>
				{removed.length > 0 ? (
					<div className="lbls__keep">
						<p className="small sub">
							The write replaces the set. {removed.length === 1 ? 'One label that stands' : 'Labels that stand'} there
							now {removed.length === 1 ? 'is' : 'are'} not in yours.
						</p>
						<Button small onPress={() => props.onKeep(removed)}>
							{removed.length === 1 ? 'Keep it and preview again' : `Keep the ${removed.length} and preview again`}
						</Button>
					</div>
				) : null}
			</div>
			<dl className="facts facts--under">
				<dt>Now</dt>
				<dd>
					{before.length === 0 ? (
						'No label'
					) : (
						<ul className="names" aria-label="The labels now">
							{before.map((name) => (
								<li key={name} className="mono">
									<MarkedText text={name} spans={[]} spaces />
								</li>
							))}
						</ul>
					)}
				</dd>
				<dt>
					<Icon of={IconEye} size={14} /> Read
				</dt>
				<dd>
					{preview.readAt ? (
						<>
							<Moment at={preview.readAt} />, <Relative at={preview.readAt} />
						</>
					) : (
						'With the preview'
					)}
					<small className="dim block">Read again right before the write: changed by then, nothing is written</small>
				</dd>
			</dl>
		</div>
	);
}
