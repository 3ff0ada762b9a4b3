'use client';

import { IconLink, IconLoader2 } from '@tabler/icons-react';
import { Button } from '#ui/controls/button.tsx';
import { shortHash } from '#ui/controls/hash.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { grouped } from '#ui/words.ts';
import { BrokenChain } from './broken-chain.tsx';
import type { VerifyState } from './use-verify.ts';
import type { Verdict } from './verify-stream.ts';

function Running({ done, size, onStop }: { done: number; size: number; onStop: () => void }) {
	return (
		<section className="card" aria-label="Verify chain, under way">
			<div className="card__body stack stack--8">
				<div className="row">
					<span className="live">
						<Icon of={IconLoader2} size={20} spin />
					</span>
					<p className="grow">
						<b className="strong num">
							{size === 0 ? 'Verifying' : `Verifying: row ${grouped(done)} of ${grouped(size)}`}
						</b>{' '}
						<span className="dim small">Each row is read and hashed again; nothing is taken on trust</span>
					</p>
					<Button small onPress={onStop}>
						Stop
					</Button>
				</div>
				<progress className="progress" aria-label="Rows verified" value={done} max={Math.max(1, size)} />
			</div>
		</section>
	);
}

function Intact(props: { verdict: Verdict; when: string; seconds: number; onAgain: () => void }) {
	const { verdict } = props;
	return (
		<section className="card card--good" aria-label="Verdict">
			<div className="card__body row row--top">
				<span className="good">
					<Icon of={IconLink} size={20} />
				</span>
				<div className="grow">
					<p>
						<b className="strong num">
							{verdict.size === 0 ? 'Intact: the log is empty' : `Intact: rows 0 to ${grouped(verdict.size - 1)}`}
						</b>{' '}
						<span className="dim small num">
							verified <Moment at={props.when} />, in {props.seconds.toFixed(2)} s
						</span>
					</p>
					<p className="small sub">
						Every row gives the hash that the next one carries. Last entry{' '}
						<span className="mono">{shortHash(verdict.head)}</span>. To be sure without trusting this server, export and
						run the offline verifier.
					</p>
				</div>
				<Button small onPress={props.onAgain}>
					Verify again
				</Button>
			</div>
		</section>
	);
}

export function VerifyPanel(props: {
	state: VerifyState;
	onStart: () => void;
	onStop: () => void;
	onExport: () => void;
}) {
	const { state } = props;
	switch (state.at) {
		case 'idle':
			return null;
		case 'running':
			return <Running done={state.done} size={state.size} onStop={props.onStop} />;
		case 'problem':
			return <Problem error={state.error} what="The chain could not be verified" retry={props.onStart} />;
		case 'verdict':
			return state.verdict.ok || state.verdict.firstBad === undefined ? (
				<Intact verdict={state.verdict} when={state.when} seconds={state.seconds} onAgain={props.onStart} />
			) : (
				<BrokenChain firstBad={state.verdict.firstBad} size={state.verdict.size} onExport={props.onExport} />
			);
	}
}
