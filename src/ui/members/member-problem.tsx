'use client';

import { IconShieldLock } from '@tabler/icons-react';
import { ProblemError } from '#api/client';
import { Alert } from '#ui/controls/alert.tsx';
import { Problem, SmallPrint } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import { headingOf } from '#ui/words.ts';

/** Why a change of people was not made. The last ADMIN is the portal working: said calmly, with the way on. */
export function MemberProblem({ error, what }: { error: unknown; what: string }) {
	const { tenant } = useHere();
	if (error === null || error === undefined) return null;
	if (!(error instanceof ProblemError) || error.code !== 'last_admin') return <Problem error={error} what={what} />;
	return (
		<Alert icon={IconShieldLock} title={headingOf(error.code, { tenant })} assertive>
			<p>{error.detail}</p>
			<SmallPrint error={error} />
		</Alert>
	);
}
