import { IconAlertHexagon, IconCheck, IconLink, IconUnlink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { shortHash } from '#ui/controls/hash.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { grouped } from '#ui/words.ts';

export type Joint = 'holds' | 'broken' | 'none';

export interface Node {
	readonly seq: number;
	readonly look: 'plain' | 'here' | 'bad';
	readonly note?: string;
	/** Name → hash, or a word where there is none. */
	readonly hashes: readonly { name: string; value: string; equals?: string }[];
}

function NodeBox({ node }: { node: Node }) {
	const look = node.look === 'plain' ? 'node' : `node node--${node.look}`;
	return (
		<div className={look}>
			<p className="node__h">
				{node.look === 'bad' ? <Icon of={IconAlertHexagon} /> : null}
				Row {grouped(node.seq)}
				{node.note ? <span className="dim node__note">{node.note}</span> : null}
			</p>
			<dl className="facts">
				{node.hashes.map(({ name, value, equals }) => (
					<div key={name} className="facts__pair">
						<dt>{name}</dt>
						<dd className="mono">
							{value.length === 64 ? shortHash(value) : value}
							{equals ? (
								<span className="good">
									{' '}
									<Icon of={IconCheck} size={14} />
									<span className="vh">{equals}</span>
								</span>
							) : null}
						</dd>
					</div>
				))}
			</dl>
		</div>
	);
}

function JointMark({ joint }: { joint: Joint }) {
	if (joint === 'none') return <div className="joint joint--none" />;
	return (
		<div className={joint === 'holds' ? 'joint' : 'joint joint--bad'}>
			<span className="vh">{joint === 'holds' ? 'link holds' : 'link is broken'}</span>
			<Icon of={joint === 'holds' ? IconLink : IconUnlink} />
		</div>
	);
}

const missing = (words: string): ReactNode => (
	<div className="node node--missing">
		<p className="node__h dim">{words}</p>
	</div>
);

/** Three entries and the two links between them: the only drawing in the portal. */
export function Chain(props: {
	label: string;
	before: Node | string;
	here: Node | string;
	after: Node | string;
	left: Joint;
	right: Joint;
}) {
	const box = (node: Node | string) => (typeof node === 'string' ? missing(node) : <NodeBox node={node} />);
	return (
		// biome-ignore lint/a11y/useSemanticElements: a drawing of three boxes is no fieldset
		<div className="chain" role="group" aria-label={props.label}>
			{box(props.before)}
			<JointMark joint={props.left} />
			{box(props.here)}
			<JointMark joint={props.right} />
			{box(props.after)}
		</div>
	);
}
