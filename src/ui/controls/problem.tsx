'use client';

import { IconAlertHexagon, IconClock, IconLock, IconRefresh } from '@tabler/icons-react';
import { ProblemError } from '#api/client';
import { headingOf } from '#ui/words.ts';
import { Alert } from './alert.tsx';
import { Button, ButtonLink } from './button.tsx';
import { CopyButton } from './copy.tsx';
import { useWait, WaitWords } from './countdown.tsx';
import { Icon } from './icon.tsx';

/** Code and request id, for whoever helps. */
export function SmallPrint({ error }: { error: ProblemError }) {
	return (
		<p className="tiny dim smallprint">
			{error.status}{' '}
			<a href={`/errors/${encodeURIComponent(error.code)}`} className="mono">
				{error.code}
			</a>
			{error.requestId ? (
				<>
					{' · request '}
					<span className="mono">{error.requestId}</span>
				</>
			) : null}
		</p>
	);
}

const signInHere = () => `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;

/** An error where the content would be: what happened, what to do, then the small print. */
export function Problem({ error, what, retry }: { error: unknown; what: string; retry?: (() => void) | undefined }) {
	const problem = error instanceof ProblemError ? error : undefined;
	const wait = useWait(problem?.retryAfter, undefined, problem);
	if (problem?.code === 'unauthenticated') {
		return (
			<Alert icon={IconLock} title="You have been signed out">
				<p>Sign in to go on where you were. What you typed is kept.</p>
				<div className="row">
					<ButtonLink small href={signInHere()}>
						Sign in
					</ButtonLink>
				</div>
			</Alert>
		);
	}
	const limited = problem?.code === 'rate_limited';
	const title = problem ? <WaitWords wait={wait} words={(ready) => headingOf(problem.code, { what, ready })} /> : what;
	return (
		<Alert tone={limited ? 'note' : 'bad'} icon={limited ? IconClock : IconAlertHexagon} title={title} assertive>
			<p>{problem ? problem.detail : 'The portal did not answer. Nothing was changed.'}</p>
			<div className="row row--wrap">
				{retry ? (
					<Button small blocked={wait.left > 0} onPress={retry}>
						<Icon of={IconRefresh} size={14} />
						<span>
							<WaitWords wait={wait} words={(when) => (when ? `Try again ${when}` : 'Try again')} />
						</span>
					</Button>
				) : null}
				{problem ? (
					<CopyButton
						label="Copy details"
						text={`${problem.status} ${problem.code} ${problem.requestId}\n${problem.detail}`}
					/>
				) : null}
			</div>
			{problem ? <SmallPrint error={problem} /> : null}
		</Alert>
	);
}
