'use client';

import {
	IconBrandGithub,
	IconCircleCheck,
	IconEye,
	IconFlask,
	IconGitCompare,
	IconPlayerPlay,
	IconPlugConnectedX,
	IconPlugOff,
	IconServer2,
} from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { ProblemError } from '#api/client';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useKeptFocus } from '#ui/controls/use-kept-focus.ts';
import { useSandbox } from '#ui/providers.tsx';
import { type Prereqs, useHere, usePrereqs } from '#ui/tenant.tsx';
import { headingOf } from '#ui/words.ts';
import { type Credential, useCredential, useCredentialActions } from './credential.ts';
import { CredentialBadge } from './credential-badge.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { TestResult } from './test-result.tsx';
import { TokenForm } from './token-form.tsx';

function Facts({ credential }: { credential: Credential }) {
	return (
		<dl className="facts facts--wide">
			<dt>Signs in as</dt>
			<dd className="mono">{credential.login ?? 'not known yet'}</dd>
			<dt>Fingerprint</dt>
			<dd>
				<span className="mono">{credential.fingerprint}</span>{' '}
				<span className="small dim">tells two tokens apart; cannot be turned back into one</span>
			</dd>
			<dt>Token</dt>
			<dd className="dim">Sealed. Never shown</dd>
			<dt>Set</dt>
			<dd>
				<Moment at={credential.setAt} /> by {credential.setBy}
			</dd>
			<dt>Tested</dt>
			<dd>{credential.testedAt ? <Moment at={credential.testedAt} /> : <span className="dim">not yet</span>}</dd>
		</dl>
	);
}

function GithubCredential({ credential }: { credential: Credential }) {
	const { tenant, role } = useHere();
	const { test } = useCredentialActions(tenant);
	const [open, setOpen] = useState<'replace' | 'delete'>();
	const card = useRef<HTMLElement>(null);
	useKeptFocus(card, 'h2', open ?? 'closed');
	const code = test.error instanceof ProblemError ? test.error.code : '';
	const refused = code === 'credential_rejected' || code === 'credential_unreadable';
	return (
		<>
			<section className="card" aria-labelledby="github" ref={card}>
				<div className="card__head">
					<Icon of={IconBrandGithub} size={20} />
					<h2 id="github" tabIndex={-1}>
						GitHub credential
					</h2>
					<CredentialBadge testedAt={credential.testedAt} refused={refused} />
					{role === 'ADMIN' ? (
						<span className="push row row--wrap">
							<Button small blocked={test.isPending} onPress={() => test.mutate()}>
								<Icon of={IconPlayerPlay} size={14} />
								{test.isPending ? 'Testing…' : 'Test'}
							</Button>
							<Button small onPress={() => setOpen('replace')}>
								Replace…
							</Button>
							<Button small look="danger-line" onPress={() => setOpen('delete')}>
								Delete…
							</Button>
						</span>
					) : null}
				</div>
				<div className="card__body">
					<Facts credential={credential} />
					{credential.testedAt === null && !refused ? (
						<p className="small sub row--above">
							GitHub could not be asked when this token was set. Test it before somebody relies on it
							{role === 'ADMIN' ? '.' : ': an ADMIN can.'}
						</p>
					) : null}
				</div>
				{test.data ? <TestResult test={test.data.answer} at={test.data.at} /> : null}
				{test.error ? (
					<div className="card__body">
						<Problem error={test.error} what="The credential could not be tested" retry={() => test.mutate()} />
					</div>
				) : null}
			</section>
			{open === 'replace' ? <TokenForm replacing onDone={() => setOpen(undefined)} /> : null}
			{open === 'delete' ? <DeleteDialog onClose={() => setOpen(undefined)} /> : null}
		</>
	);
}

const writes = [
	{ words: 'Open an issue', tool: 'issue_write', shown: 'issue_write · create' },
	{ words: 'Comment', tool: 'add_issue_comment', shown: 'add_issue_comment' },
	{ words: 'Set labels', tool: 'issue_write', shown: 'issue_write · update' },
] as const;

function serverState({ ok, configured, drift }: Prereqs['upstream']) {
	if (ok) return { icon: IconCircleCheck, words: 'Reachable' };
	if (!configured) return { icon: IconPlugOff, words: 'Not configured' };
	return drift.length > 0
		? { icon: IconGitCompare, words: 'Changed' }
		: { icon: IconPlugConnectedX, words: 'Does not answer' };
}

/** The sidecar's tools against the pinned ones. */
function Server() {
	const { tenant } = useHere();
	const { data } = usePrereqs(tenant);
	if (data === undefined) return null;
	const { upstream } = data;
	const state = serverState(upstream);
	const offersTooMuch = upstream.drift.some((name) => name.startsWith('unexpected:'));
	return (
		<section className="card" aria-labelledby="server">
			<div className="card__head">
				<Icon of={IconServer2} size={20} />
				<h2 id="server">GitHub MCP server</h2>
				<span className={upstream.ok ? 'state state--good' : 'state state--note'}>
					<Icon of={state.icon} />
					{state.words}
				</span>
			</div>
			{upstream.configured ? null : (
				<div className="card__body">
					<p>
						<b className="med">{headingOf('provider_not_configured')}.</b> Whoever runs the portal sets{' '}
						<span className="mono">MCP_GITHUB_SERVER_URL</span> and starts it again.
					</p>
				</div>
			)}
			<table className="tbl">
				<thead>
					<tr>
						<th scope="col">Write</th>
						<th scope="col">Tool</th>
						<th scope="col">Definition, against the pinned one</th>
					</tr>
				</thead>
				<tbody>
					{writes.map((write) => {
						const changed = upstream.drift.includes(write.tool);
						return (
							<tr key={write.shown}>
								<td>
									<span className="med">{write.words}</span>
								</td>
								<td data-l="Tool" className="mono">
									{write.shown}
								</td>
								<td data-l="Definition">
									{changed || offersTooMuch ? (
										<span className="state state--bad">
											<Icon of={IconGitCompare} />
											{changed ? 'Changed: refused' : 'Too many tools: refused'}
										</span>
									) : upstream.ok || upstream.drift.length > 0 ? (
										<span className="state state--good">
											<Icon of={IconCircleCheck} />
											Same
										</span>
									) : (
										<span className="dim">not compared</span>
									)}
								</td>
							</tr>
						);
					})}
				</tbody>
			</table>
			<div className="card__foot small sub">
				Everything else the server offers is refused. The list is part of the program and cannot be set here.
			</div>
		</section>
	);
}

/** What a tenant writes with. */
export function IntegrationsPage() {
	const { tenant, role } = useHere();
	const mayRead = role !== 'MEMBER';
	const { data: credential, error, refetch } = useCredential(tenant, mayRead);
	const sandbox = useSandbox();
	const box = useRef<HTMLDivElement>(null);
	const which = credential ? `${credential.fingerprint} ${credential.setAt}` : 'none';
	useKeptFocus(box, 'h2', credential === undefined ? undefined : which);
	return (
		<>
			<div className="page__head">
				<div className="grow">
					<h1>Integrations</h1>
					<p>
						What {tenant} writes with. A credential is sealed when it is saved; nobody, ADMINs included, can read it
						back.
					</p>
				</div>
			</div>
			<div className="stack stack--24 narrow" ref={box}>
				{!mayRead ? (
					<Alert tone="info" icon={IconEye} title="The integrations are for ADMIN and AUDITOR">
						<p>You are a MEMBER here. Whether writes are possible is under MCP Gateway, in the prerequisites.</p>
					</Alert>
				) : error && credential === undefined ? (
					<Problem error={error} what="The credentials could not be read" retry={() => void refetch()} />
				) : credential === undefined ? (
					<p className="loading dim">Loading…</p>
				) : credential ? (
					<GithubCredential credential={credential} />
				) : role === 'ADMIN' ? (
					<>
						<TokenForm replacing={false} />
						{sandbox ? (
							<Alert tone="info" icon={IconFlask} title="Use the sandbox’s own token">
								<p>Stop the portal and start it again: when there is no credential, the sandbox sets its own.</p>
							</Alert>
						) : null}
					</>
				) : (
					<Alert tone="info" icon={IconEye} title="There is no GitHub credential yet">
						<p>An ADMIN sets it.</p>
					</Alert>
				)}
				{mayRead ? <Server /> : null}
			</div>
		</>
	);
}
