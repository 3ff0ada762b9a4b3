'use client';

import {
	IconCircleCheck,
	IconCircleX,
	IconGitCompare,
	IconHelpCircle,
	IconPlugConnectedX,
	IconPlugOff,
	IconPower,
} from '@tabler/icons-react';
import Link from 'next/link';
import { type ReactNode, useRef, useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useKeptFocus } from '#ui/controls/use-kept-focus.ts';
import { useCredentialActions } from '#ui/integrations/credential.ts';
import { WhoSwitchedOff } from '#ui/kill-switch/last-change.tsx';
import { SwitchOnDialog } from '#ui/kill-switch/switch-on-dialog.tsx';
import { switchesOff } from '#ui/kill-switch/switches.ts';
import { type Prereqs, useFlags, useHere, usePrereqs } from '#ui/tenant.tsx';
import { headingOf } from '#ui/words.ts';

/** `open`: there, and nobody knows yet whether it works. */
type Look = 'ok' | 'no' | 'open';
const lookIcon = { ok: IconCircleCheck, no: IconCircleX, open: IconHelpCircle };

function Cell({ look, title, children, fix }: { look: Look; title: string; children: ReactNode; fix?: ReactNode }) {
	return (
		<li className={look}>
			<Icon of={lookIcon[look]} />
			<span className="grow">
				<b>{title}</b>
				<small>{children}</small>
			</span>
			{look === 'ok' ? null : fix}
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

/** The last word of the strip. What is wrong with the MCP server stands in the notice beneath. */
function sumOf({ gateway, agentDispatch, credential, upstream }: Prereqs): string {
	const met = [gateway.ok, agentDispatch.ok, credential.ok].filter(Boolean).length;
	if (met < 3) return `${met} of 3 · cannot write`;
	if (!upstream.configured) return '3 of 3 · not connected';
	if (!upstream.ok && upstream.drift.length === 0) return '3 of 3 · no answer';
	return credential.testedAt === null ? '3 of 3 · not tested' : 'Ready to write';
}

function Strip({ prereqs }: { prereqs: Prereqs }) {
	const { tenant, role, me } = useHere();
	const { data: flags } = useFlags(tenant);
	const [switching, setSwitching] = useState<'gateway' | 'agentDispatch'>();
	const admin = role === 'ADMIN';
	const { credential } = prereqs;
	const { test } = useCredentialActions(tenant);
	const off = switchesOff(flags, { gateway: prereqs.gateway.ok, agentDispatch: prereqs.agentDispatch.ok });
	const gate = off.find(({ which }) => which.flag === 'mcp.gateway');
	const gateIsMine = gate?.which.scope === 'tenant' || me.platformAdmin;
	const asked = off.find(({ which }) => (which.flag === 'mcp.gateway') === (switching === 'gateway'));
	const strip = useRef<HTMLUListElement>(null);
	useKeptFocus(strip, '.sum', `${switching ?? 'none'} ${credential.testedAt}`);
	const say = useSay();
	const onTest = () => test.mutate(undefined, { onSuccess: () => say('The GitHub PAT works.') });
	return (
		<>
			<ul className="strip" aria-label="Prerequisites" ref={strip}>
				<Cell
					look={prereqs.gateway.ok ? 'ok' : 'no'}
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
					look={prereqs.agentDispatch.ok ? 'ok' : 'no'}
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
					look={!credential.ok ? 'no' : credential.testedAt === null ? 'open' : 'ok'}
					title={
						!credential.ok
							? 'No GitHub PAT yet'
							: credential.testedAt === null
								? 'GitHub PAT is set, not tested yet'
								: 'GitHub PAT works'
					}
					fix={
						!admin ? (
							ask
						) : credential.ok ? (
							<Button small blocked={test.isPending} onPress={onTest}>
								{test.isPending ? 'Testing…' : 'Test'}
							</Button>
						) : (
							<Link className="btn btn--sm" href={`/t/${tenant}/settings/integrations`} prefetch={false}>
								Set it…
							</Link>
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
					{sumOf(prereqs)}
				</li>
			</ul>
			{test.error ? <Problem error={test.error} what="The credential could not be tested" retry={onTest} /> : null}
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

function Upstream({ prereqs: { upstream, gateway, agentDispatch } }: { prereqs: Prereqs }) {
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
	// While a switch is off there is no preview either, and the alert above says so.
	const isPossible = gateway.ok && agentDispatch.ok;
	if (!upstream.configured) {
		return (
			<Alert tone="note" icon={IconPlugOff} title={headingOf('provider_not_configured')}>
				<p>
					Whoever runs the portal sets <span className="mono">MCP_GITHUB_SERVER_URL</span> and starts it again.
					{isPossible ? ' Until then a preview works, and an approval is refused with nothing sent.' : null}
				</p>
			</Alert>
		);
	}
	return (
		<Alert tone="note" icon={IconPlugConnectedX} title="The GitHub MCP server does not answer">
			<p>
				{isPossible
					? 'A preview works. An approval now would end as “could not be reached”, with nothing sent.'
					: 'Whoever runs the portal looks after it.'}
			</p>
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
			<Upstream prereqs={data} />
		</>
	);
}
