/** “15 min ago”, “in 48 s”; never alone, always beside the clock time. */
export function relativeText(iso: string, now: number): string {
	const seconds = Math.round((now - Date.parse(iso)) / 1000);
	if (now === 0 || Number.isNaN(seconds)) return '';
	const size = Math.abs(seconds);
	// A second of it may be the page's clock lagging behind what it has just been told.
	if (seconds > -2 && seconds < 20) return 'just now';
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

/** How long until something that is due: “in 48 s”, and “now” once it is. */
export const untilText = (iso: string, now: number): string =>
	now > 0 && Date.parse(iso) - now < 2_000 ? 'now' : relativeText(iso, now);
