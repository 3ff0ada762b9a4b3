'use client';

import { IconAlertTriangle, IconCheck, IconCircleCheck, IconX } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import type { CredentialTest } from './credential.ts';

/** What the stored credential is, and which writes it is good for. */
export function TestResult({ test, at }: { test: CredentialTest; at: string }) {
	const tools = Object.entries(test.tools);
	const all = tools.every(([, usable]) => usable);
	return (
		<div className="lines lines--top">
			<div role="status">
				<p className="row row--below">
					<span className={all ? 'good' : 'note'}>
						<Icon of={all ? IconCircleCheck : IconAlertTriangle} />
					</span>
					<b className="strong">{all ? 'Test passed' : 'It signs in, but not every write is usable'}</b>
					<span className="small dim">
						<Moment at={at} />
					</span>
				</p>
				<dl className="facts facts--wide">
					<dt>Signs in as</dt>
					<dd className="mono">{test.login}</dd>
					<dt>Usable for</dt>
					<dd className="row row--wrap">
						{tools.map(([name, usable]) => (
							<span key={name} className={usable ? 'state state--good' : 'state state--bad'}>
								<Icon of={usable ? IconCheck : IconX} />
								<span className="mono">{name}</span>
								<span className="vh">{usable ? ', usable' : ', not usable'}</span>
							</span>
						))}
					</dd>
				</dl>
			</div>
		</div>
	);
}
