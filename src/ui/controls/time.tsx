'use client';

import { useLocalStorage } from '@mantine/hooks';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { relativeText, untilText } from './relative-time.ts';

export type Zone = 'UTC' | 'Local';

const Minute = createContext<number>(0);
const Second = createContext<number>(0);

/** One clock for a page; 0 until the browser has taken over. Each second for “ago” and “in”, coarser for the rest. */
export function Clock({ children }: { children: ReactNode }) {
	const [now, setNow] = useState(0);
	useEffect(() => {
		const tick = () => setNow(Date.now());
		tick();
		const timer = setInterval(tick, 1_000);
		return () => clearInterval(timer);
	}, []);
	return (
		<Minute value={now - (now % 15_000)}>
			<Second value={now}>{children}</Second>
		</Minute>
	);
}

/** To tell today from other days; changes each 15 s. */
export const useNow = () => useContext(Minute);

/** UTC unless the reader chose otherwise; kept in this browser. */
export function useZone() {
	return useLocalStorage<Zone>({ key: 'sarc-zone', defaultValue: 'UTC' });
}

const parts = (at: Date, zone: Zone, options: Intl.DateTimeFormatOptions) =>
	new Intl.DateTimeFormat('en-GB', { ...options, ...(zone === 'UTC' ? { timeZone: 'UTC' } : {}) }).format(at);

const zoneName = (at: Date, zone: Zone) =>
	zone === 'UTC'
		? 'UTC'
		: (new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })
				.formatToParts(at)
				.find((part) => part.type === 'timeZoneName')?.value ?? 'local');

/** “08:44:12 UTC”, with the date before it when it is not today. */
export function clockText(iso: string, now: number, zone: Zone = 'UTC', seconds = true): string {
	const at = new Date(iso);
	if (Number.isNaN(at.getTime())) return iso;
	const time = parts(at, zone, {
		hour: '2-digit',
		minute: '2-digit',
		...(seconds ? { second: '2-digit' } : {}),
		hourCycle: 'h23',
	});
	const day = (date: Date) => parts(date, zone, { year: 'numeric', month: '2-digit', day: '2-digit' });
	const date =
		now > 0 && day(at) === day(new Date(now))
			? ''
			: `${parts(at, zone, { day: 'numeric', month: 'short', year: 'numeric' })}, `;
	return `${date}${time} ${zoneName(at, zone)}`;
}

/** “15 min ago” or “in 3 min”, kept up to date; `until` for what is due. */
export function Relative({ at, until = false }: { at: string; until?: boolean }) {
	const now = useContext(Second);
	return until ? untilText(at, now) : relativeText(at, now);
}

/** A moment: clock and zone, ISO for machines, and how long ago beneath when asked. */
export function Moment({
	at,
	relative = false,
	seconds = true,
}: {
	at: string;
	relative?: boolean;
	seconds?: boolean;
}) {
	const now = useNow();
	const [zone] = useZone();
	return (
		<>
			<time className="num nowrap" dateTime={at}>
				{clockText(at, now, zone, seconds)}
			</time>
			{relative && now > 0 ? (
				<small>
					<Relative at={at} />
				</small>
			) : null}
		</>
	);
}
