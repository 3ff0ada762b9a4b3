'use client';

import { useLocalStorage } from '@mantine/hooks';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

export type Zone = 'UTC' | 'Local';

const Now = createContext<number>(0);

/** A clock that ticks every 15 s for everything relative on a page; 0 until the browser has taken over. */
export function Clock({ children }: { children: ReactNode }) {
	const [now, setNow] = useState(0);
	useEffect(() => {
		const tick = () => setNow(Date.now());
		tick();
		const timer = setInterval(tick, 15_000);
		return () => clearInterval(timer);
	}, []);
	return <Now value={now}>{children}</Now>;
}

export const useNow = () => useContext(Now);

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

/** “15 min ago”, “in 48 s”; never alone, always beside the clock time. */
export function relativeText(iso: string, now: number): string {
	const seconds = Math.round((now - Date.parse(iso)) / 1000);
	if (now === 0 || Number.isNaN(seconds)) return '';
	const size = Math.abs(seconds);
	if (seconds >= 0 && size < 20) return 'just now';
	const amount = amountText(size);
	return seconds >= 0 ? `${amount} ago` : `in ${amount}`;
}

/** The largest unit that does not round to nought: 59.6 min is 1 h, 23.7 h is 1 day. */
function amountText(seconds: number): string {
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.round(seconds / 3600);
	if (hours < 24) return `${hours} h`;
	const days = Math.round(seconds / 86_400);
	return days === 1 ? '1 day' : `${days} days`;
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
			{relative && now > 0 ? <small>{relativeText(at, now)}</small> : null}
		</>
	);
}
