'use client';

import {
	IconBrandGithub,
	IconCertificate,
	IconCheck,
	IconKey,
	IconPlugConnected,
	IconPower,
	IconSend,
	IconTarget,
	IconUsers,
	type Icon as TablerIcon,
} from '@tabler/icons-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { CredentialBadge } from '#ui/integrations/credential-badge.tsx';
import { useTargets } from '#ui/targets/targets.ts';
import { useFlags, useHere, usePrereqs } from '#ui/tenant.tsx';

function Tile(props: { path: string; icon: TablerIcon; title: string; text: string; foot: ReactNode }) {
	const { tenant } = useHere();
	return (
		<Link className="tile" href={`/t/${tenant}/${props.path}`} prefetch={false}>
			<div className="ico">
				<Icon of={props.icon} size={20} />
			</div>
			<div>
				<h2>{props.title}</h2>
				<p>{props.text}</p>
			</div>
			<div className="tile__foot">{props.foot}</div>
		</Link>
	);
}

const OnOff = ({ on }: { on: boolean }) => (
	<span className={on ? 'state state--good' : 'state state--solid'}>
		<Icon of={on ? IconCheck : IconPower} />
		{on ? 'On' : 'Off'}
	</span>
);

/** The way to every setting, each with its present state. */
export function SettingsPage() {
	const { tenant, name, role } = useHere();
	const { data: prereqs } = usePrereqs(tenant);
	const { data: flags } = useFlags(tenant);
	const { data: targets } = useTargets(tenant, role !== 'MEMBER');
	const met = prereqs
		? [prereqs.gateway.ok, prereqs.agentDispatch.ok, prereqs.credential.ok].filter(Boolean).length
		: 0;
	const features = flags ? [...flags.flags.map((one) => one.effective), flags.agentDispatch.enabled] : [];
	const on = features.filter(Boolean).length;
	const dispatch = flags?.agentDispatch;
	return (
		<>
			<div className="page__head">
				<div className="grow">
					<h1>Settings</h1>
					<p>For the tenant {name}. Every change here is a row in the audit log.</p>
				</div>
			</div>
			<div className="tiles">
				<Tile
					path="admin/mcp"
					icon={IconPlugConnected}
					title="MCP Gateway"
					text="Propose, approve and execute writes through GitHub’s MCP server."
					foot={
						prereqs ? (
							<>
								<OnOff on={prereqs.gateway.ok} /> <span>{met} of 3 prerequisites met</span>
							</>
						) : null
					}
				/>
				<Tile
					path="settings/integrations"
					icon={IconBrandGithub}
					title="Integrations"
					text="The credentials that writes are made with. Stored sealed, never shown."
					foot={
						prereqs?.credential.ok ? (
							<>
								<CredentialBadge testedAt={prereqs.credential.testedAt} />{' '}
								<span className="mono">{prereqs.credential.login}</span>
							</>
						) : prereqs ? (
							<span className="state state--note">No credential yet</span>
						) : null
					}
				/>
				<Tile
					path="settings/targets"
					icon={IconTarget}
					title="Targets"
					text="The repositories that writes may go to. An empty list narrows nothing."
					foot={
						targets ? (
							<span>
								{targets.allow.length === 0
									? 'Everything that the credential reaches'
									: targets.allow.length === 1
										? '1 target'
										: `${targets.allow.length} targets`}
							</span>
						) : null
					}
				/>
				<Tile
					path="settings/kill-switch"
					icon={IconPower}
					title="Kill-switch"
					text={`Every AI feature, everywhere and in ${tenant}. Off takes effect at once.`}
					foot={
						flags ? (
							<>
								<OnOff on={on > 0} />{' '}
								<span>
									{on} of {features.length} features on
								</span>
							</>
						) : null
					}
				/>
				<Tile
					path="settings/kill-switch#dispatch"
					icon={IconSend}
					title="Agent dispatch"
					text={`Whether agents and people may have writes carried out in ${tenant}.`}
					foot={
						dispatch ? (
							<>
								<OnOff on={dispatch.enabled} />{' '}
								{dispatch.at ? (
									<span>
										since <Moment at={dispatch.at} seconds={false} />
										{dispatch.by ? `, ${dispatch.by}` : ''}
									</span>
								) : null}
							</>
						) : null
					}
				/>
				<Tile
					path="settings/members"
					icon={IconUsers}
					title="Members"
					text={`Who is ADMIN, MEMBER or AUDITOR in ${tenant}.`}
					foot={<span>People join by a one-time link</span>}
				/>
				<Tile
					path="settings/api-tokens"
					icon={IconKey}
					title="API tokens"
					text="Portal tokens for scripts and AI clients, limited in what they may do and for how long."
					foot={<span>They end by themselves</span>}
				/>
				<Tile
					path="audit-log"
					icon={IconCertificate}
					title="Audit & evidence"
					text="Verify the log, export it, check it offline."
					foot={<span>Rows are added, never changed</span>}
				/>
			</div>
		</>
	);
}
