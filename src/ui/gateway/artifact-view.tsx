'use client';

import { IconPlus } from '@tabler/icons-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Icon } from '#ui/controls/icon.tsx';
import { ScrollBox } from '#ui/controls/scroll-box.tsx';
import { Segmented } from '#ui/controls/segmented.tsx';
import { useHere } from '#ui/tenant.tsx';
import { tooMuchToRender } from './markdown-check.ts';
import { MarkedText } from './marked-text.tsx';
import { type Notice, spansOf } from './notices.ts';
import type { Proposal } from './proposal.ts';
import { nounOf } from './writes.ts';

const RenderedMarkdown = dynamic(() => import('./rendered-markdown.tsx').then((module) => module.RenderedMarkdown), {
	ssr: false,
	loading: () => <p className="md dim">Rendering…</p>,
});

const views = [
	{ value: 'rendered', label: 'Rendered' },
	{ value: 'source', label: 'Source' },
] as const;

const sentence = {
	long: 'Shown as source: it is longer than 8,000 characters, which this page does not render.',
	tangled: 'Shown as source: its markup is nested or repeated too deeply to render here.',
};

/** What the portal writes under the body, apart from it: a person approves the body, not this. */
function Added({ footer }: { footer: string }) {
	const { role } = useHere();
	const mayApprove = role === 'ADMIN';
	const lines = footer
		.split('\n')
		.filter((line) => line !== '' && line !== '---')
		.map((line) => (mayApprove ? line : line.replace(/^Approved by .+? \([^)]*\)/, 'Approved by …')));
	return (
		<div className="added">
			<p className="k">
				<Icon of={IconPlus} size={14} />
				Added by the portal
			</p>
			{lines.map((line) =>
				line.startsWith('<!--') ? (
					<p key={line} className="mono">
						hidden: {line}
					</p>
				) : (
					<p key={line}>{line}</p>
				),
			)}
			{mayApprove ? null : <p className="dim">Written with the name of the ADMIN who approves, in place of “…”.</p>}
		</div>
	);
}

function Body({ body, view, notices }: { body: string; view: 'rendered' | 'source'; notices: readonly Notice[] }) {
	const spans = spansOf(notices, 'body');
	const tooMuch = tooMuchToRender(body);
	if (body === '') return <p className="md dim">No text</p>;
	if (view === 'rendered' && tooMuch === undefined) return <RenderedMarkdown body={body} spans={spans} />;
	return (
		<>
			{view === 'rendered' && tooMuch ? <p className="source__why small sub">{sentence[tooMuch]}</p> : null}
			<ScrollBox className="source" label="Source of the text">
				<MarkedText text={body} spans={spans} />
			</ScrollBox>
		</>
	);
}

/** The artifact as it will stand at the provider: rendered, or its source; both show what cannot be seen. */
export function ArtifactView({ proposal, notices }: { proposal: Proposal; notices: readonly Notice[] }) {
	const [view, setView] = useState<'rendered' | 'source'>('rendered');
	const { kind } = proposal.submitted;
	const login = proposal.answer.preview.as.login;
	return (
		<div>
			<div className="pane__head">
				<h3 className="h4">As it will look on GitHub</h3>
				<span className="push">
					<Segmented label="View" value={view} options={views} onChange={setView} />
				</span>
			</div>
			{/* biome-ignore lint/a11y/useSemanticElements: no fieldset, nothing here is filled in */}
			<div className="artifact" role="group" aria-label={`The ${nounOf(kind)} as it will look on GitHub`}>
				{proposal.title === undefined ? null : (
					<p className="artifact__title">
						<MarkedText text={proposal.title} spans={spansOf(notices, 'title')} />
					</p>
				)}
				<p className="artifact__by">
					<b className="mono">{login ?? 'The stored credential'}</b>{' '}
					{kind === 'issue'
						? 'will open this issue'
						: `will write this comment in #${proposal.submitted.args.issue_number}`}
				</p>
				<Body body={proposal.body} view={view} notices={notices} />
				{proposal.footer === undefined ? null : <Added footer={proposal.footer} />}
			</div>
		</div>
	);
}
