'use client';

import { Moment } from '#ui/controls/time.tsx';

/** “Ada Lind switched it off at 08:44 UTC: “why”.” What is not known is left out; nothing known says nothing. */
export function WhoSwitchedOff(props: {
	what: string;
	told: { by: string | null; at: string | null; reason: string | null } | undefined;
}) {
	const { told, what } = props;
	if (!told?.at) return null;
	return (
		<>
			{told.by ? `${told.by} switched ${what} off at ` : `Switched off at `}
			<Moment at={told.at} seconds={false} />
			{told.reason ? `: “${told.reason}”` : ', without a reason'}.
		</>
	);
}
