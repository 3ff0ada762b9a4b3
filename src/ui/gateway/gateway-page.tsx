'use client';

import { IconEye } from '@tabler/icons-react';
import Link from 'next/link';
import { Alert } from '#ui/controls/alert.tsx';
import { useHere, usePrereqs } from '#ui/tenant.tsx';
import { headingOf } from '#ui/words.ts';
import { NeedsPerson } from './needs-person.tsx';
import { Prerequisites } from './prereq-strip.tsx';
import { RecentExecutions } from './recent-executions.tsx';
import { Settling } from './settling.tsx';
import { Workbench } from './workbench.tsx';

function ReadOnly() {
	const { tenant, role } = useHere();
	const { data: prereqs } = usePrereqs(tenant);
	if (role === 'MEMBER') {
		// A switch that is off stops previews too.
		const isPossible = prereqs === undefined || (prereqs.gateway.ok && prereqs.agentDispatch.ok);
		return (
			<Alert
				tone="info"
				icon={IconEye}
				title={isPossible ? headingOf('role_required', { role }) : 'You are a MEMBER here: an ADMIN approves'}
			>
				<p>
					{isPossible
						? 'Preview, then show it to an ADMIN, who proposes the same text and approves it. A preview is not stored: keep your text.'
						: 'You can preview when the switches above are on. Your text is kept.'}
				</p>
			</Alert>
		);
	}
	if (role === 'AUDITOR') {
		return (
			<Alert tone="info" icon={IconEye} title="You are an AUDITOR here: you can read everything and change nothing">
				<p>
					The form is not offered to you. What was approved and written is in{' '}
					<a href="#executions">recent executions</a> and in the{' '}
					<Link href={`/t/${tenant}/audit-log`} prefetch={false}>
						audit log
					</Link>
					.
				</p>
			</Alert>
		);
	}
	return null;
}

export function GatewayPage() {
	const { role } = useHere();
	return (
		<div className="stack">
			<div className="page__head page__head--flush">
				<div className="grow">
					<h1>MCP Gateway</h1>
					<p>Propose a write, see exactly what will happen, approve it. It is done once and leaves one audit row.</p>
				</div>
			</div>
			<Prerequisites />
			<ReadOnly />
			<Settling>
				<NeedsPerson />
				{role === 'AUDITOR' ? null : <Workbench />}
				<RecentExecutions />
			</Settling>
		</div>
	);
}
