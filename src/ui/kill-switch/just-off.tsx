'use client';

import { IconPower } from '@tabler/icons-react';
import { useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useHere } from '#ui/tenant.tsx';
import { featureName, type Switch, useSwitch } from './switches.ts';

/** Said at once, in place. The reason is asked after the fact, so that it never delays the stop. */
export function JustOff({ switches }: { switches: readonly Switch[] }) {
	const { tenant } = useHere();
	const put = useSwitch(tenant);
	const [at] = useState(() => new Date().toISOString());
	const [reason, setReason] = useState('');
	const [saved, setSaved] = useState(false);
	const names = switches.map((one) => featureName(one.flag)).join(', ');
	const everywhere = switches.some((one) => one.scope === 'global');
	const save = async () => {
		if (reason.trim() === '') return;
		try {
			for (const which of switches) await put.mutateAsync({ which, enabled: false, reason: reason.trim() });
			setSaved(true);
		} catch {
			// put.error stands beside the field
		}
	};
	return (
		<div className="alert alert--off">
			<Icon of={IconPower} />
			<div className="grow">
				<h2 className="h3">
					{names} {switches.length > 1 ? 'are' : 'is'} off {everywhere ? 'everywhere' : `in ${tenant}`} since{' '}
					<Moment at={at} />
				</h2>
				<p>What depends on it is refused from now on. A write already sent is being finished and recorded.</p>
				{saved ? (
					<p>The reason is recorded.</p>
				) : (
					<form
						className="row row--wrap"
						onSubmit={(event) => {
							event.preventDefault();
							void save();
						}}
					>
						<input
							className="in in--reason"
							aria-label="Reason, for the record"
							placeholder="Why? For the record (optional)"
							maxLength={500}
							value={reason}
							onChange={(event) => setReason(event.currentTarget.value)}
						/>
						<Button small type="submit" blocked={put.isPending || reason.trim() === ''}>
							Save reason
						</Button>
						{put.error ? <span>The reason could not be saved. It is off all the same.</span> : null}
					</form>
				)}
			</div>
		</div>
	);
}
