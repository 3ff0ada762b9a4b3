'use client';

import { IconCircleCheck, IconCircleX, IconGitCompare, IconPlugConnectedX, IconPower } from '@tabler/icons-react';
import Link from 'next/link';
import { type ReactNode, useRef, useState } from 'react';
import type { AnswerOf } from '#api/contract/routes';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useKeptFocus } from '#ui/controls/use-kept-focus.ts';
import { WhoSwitchedOff } from '#ui/kill-switch/last-change.tsx';
import { SwitchOnDialog } from '#ui/kill-switch/switch-on-dialog.tsx';
import { switchesOff } from '#ui/kill-switch/switches.ts';
import { useFlags, useHere, usePrereqs } from '#ui/tenant.tsx';
import { headingOf } from '#ui/words.ts';

type Prereqs = AnswerOf<'GET /api/mcp/prereqs'>;

function Cell({ ok, title, children, fix }: { ok: boolean; title: string; children: ReactNode; fix?: ReactNode }) {
	return (
		<li className={ok ? 'ok' : 'no'}>
			<Icon of={ok ? IconCircleCheck : IconCircleX} />
			<span className="grow">
				<b>{title}</b>
				<small>{children}</small>
			</span>
			{ok ? null : fix}
		</li>
	);
}

function Since({ by, at }: { by: string | null | undefined; at: string | null | undefined }) {
	if (!at) return null;
	return (
		<>
			{' · since '}
			<Moment at={at} seconds={false} />
			{by ? `, ${by}` : ''}
		</>
	);
}

const ask = <small>Ask an ADMIN</small>;

function Strip({ prereqs }: { prereqs: Prereqs }) {
	const { tenant, role, me } = useHere();
	const { data: flags } = useFlags(tenant);
	const [switching, setSwitching] = useState<'gateway' | 'agentDispatch'>();
	const admin = role === 'ADMIN';
	const { credential } = prereqs;
	const met = [prereqs.gateway.ok, prereqs.agentDispatch.ok, credential.ok].filter(Boolean).length;
	const off = switchesOff(flags, { gateway: prereqs.gateway.ok, agentDispatch: prereqs.agentDispatch.ok });
	const gate = off.find(({ which }) => which.flag === 'mcp.gateway');
	const gateIsMine = gate?.which.scope === 'tenant' || me.platformAdmin;
	const asked = off.find(({ which }) => (which.flag === 'mcp.gateway') === (switching === 'gateway'));
	const strip = useRef<HTMLUListElement>(null);
	useKeptFocus(strip, '.sum', switching ?? 'none');
	return (
		<>
			<ul className="strip" aria-label="Prerequisites" ref={strip}>
				<Cell
					ok={prereqs.gateway.ok}
					title={prereqs.gateway.ok ? 'Gateway is on' : 'Gateway is off'}
					fix={
						admin && gateIsMine ? (
							<Button small onPress={() => setSwitching('gateway')}>
								Switch on…
							</Button>
						) : admin ? (
							<Link className="btn btn--sm" href={`/t/${tenant}/settings/kill-switch`} prefetch={false}>
								See switches
							</Link>
						) : (
							ask
						)
					}
				>
					Flag <span className="mono">mcp.gateway</span>
					{prereqs.gateway.ok ? null : <Since by={gate?.told?.by} at={gate?.told?.at} />}
				</Cell>
				<Cell
					ok={prereqs.agentDispatch.ok}
					title={prereqs.agentDispatch.ok ? `Agent dispatch is on for ${tenant}` : 'Agent dispatch is off'}
					fix={
						admin ? (
							<Button small onPress={() => setSwitching('agentDispatch')}>
								Switch on…
							</Button>
						) : (
							ask
						)
					}
				>
					<span className="mono">agentDispatchEnabled</span>
					<Since by={flags?.agentDispatch.by} at={flags?.agentDispatch.at} />
				</Cell>
				<Cell
					ok={credential.ok}
					title={
						credential.ok
							? 'GitHub PAT works'
							: credential.fingerprint
								? 'GitHub PAT does not work'
								: 'No GitHub PAT yet'
					}
					fix={
						admin ? (
							<Link className="btn btn--sm" href={`/t/${tenant}/settings/integrations`} prefetch={false}>
								{credential.fingerprint ? 'Replace…' : 'Set it…'}
							</Link>
						) : (
							ask
						)
					}
				>
					{credential.login ? <span className="mono">{credential.login}</span> : 'Credential of this tenant'}
					{credential.testedAt ? (
						<>
							{' · tested '}
							<Moment at={credential.testedAt} seconds={false} />
						</>
					) : null}
				</Cell>
				<li className="sum" tabIndex={-1}>
					{met === 3 ? 'Ready to write' : `${met} of 3 · cannot write`}
				</li>
			</ul>
			{switching && asked ? (
				<SwitchOnDialog
					tenant={tenant}
					which={asked.which}
					since={<WhoSwitchedOff what="it" told={asked.told} />}
					onClose={() => setSwitching(undefined)}
				/>
			) : null}
		</>
	);
}

/** Why nothing can be written, in a sentence, when a switch is the reason. */
function SwitchedOff({ prereqs }: { prereqs: Prereqs }) {
	const { tenant, role } = useHere();
	const { data: flags } = useFlags(tenant);
	const off = switchesOff(flags, { gateway: prereqs.gateway.ok, agentDispatch: prereqs.agentDispatch.ok });
	if (off.length === 0) return null;
	return (
		<Alert icon={IconPower} title={headingOf('agent_dispatch_disabled', { tenant })}>
			{off.map(({ which, told }) => {
				const what = which.flag === 'mcp.gateway' ? 'the gateway' : 'agent dispatch';
				const where = which.scope === 'global' ? ' everywhere' : '';
				return (
					<p key={which.flag}>
						{told?.by && told.at ? (
							<WhoSwitchedOff what={`${what}${where}`} told={told} />
						) : (
							`${what === 'the gateway' ? 'The gateway' : 'Agent dispatch'} is off${where}.`
						)}
					</p>
				);
			})}
			<p>What was already sent is still being finished and recorded.</p>
			{role === 'ADMIN' ? (
				<p className="small">
					<Link href={`/t/${tenant}/settings/kill-switch`} prefetch={false}>
						See all switches
					</Link>
				</p>
			) : null}
		</Alert>
	);
}

function Upstream({ upstream }: { upstream: Prereqs['upstream'] }) {
	if (upstream.drift.some((name) => name.startsWith('unexpected:'))) {
		return (
			<Alert tone="note" icon={IconGitCompare} title="The GitHub MCP server offers tools that it should not">
				<p>
					No write goes through until its list of tools, or its address, has been corrected:{' '}
					<span className="mono">{upstream.drift.join(', ')}</span>.
				</p>
			</Alert>
		);
	}
	if (upstream.drift.length > 0) {
		return (
			<Alert tone="note" icon={IconGitCompare} title="A tool of the GitHub MCP server is not the one that was reviewed">
				<p>
					Writes through <span className="mono">{upstream.drift.join(', ')}</span> are refused until the definitions
					agree again. Other writes are not affected.
				</p>
			</Alert>
		);
	}
	if (upstream.ok) return null;
	return (
		<Alert tone="note" icon={IconPlugConnectedX} title="The GitHub MCP server does not answer">
			<p>You can preview. An approval now would end as “could not be reached”, with nothing sent.</p>
		</Alert>
	);
}

/** Exactly three checks, each red one with its fix; an upstream that is down or changed is a notice beneath. */
export function Prerequisites() {
	const { tenant } = useHere();
	const { data, error, refetch } = usePrereqs(tenant);
	if (data === undefined && error) {
		return <Problem error={error} what="The prerequisites could not be read" retry={() => void refetch()} />;
	}
	if (data === undefined) return <div className="strip strip--wait" aria-hidden="true" />;
	return (
		<>
			<Strip prereqs={data} />
			<SwitchedOff prereqs={data} />
			<Upstream upstream={data.upstream} />
		</>
	);
}
