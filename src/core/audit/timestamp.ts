/** UTC with microseconds, always written: 27 characters, so that comparing texts compares times. */
export const AT_PATTERN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

const YEAR_10000_MS = 253_402_300_800_000;
const YEAR_0000_MS = -62_167_219_200_000;

/** `ms` = whole milliseconds since 1970, `micros` = 0 to 999 microseconds on top. Throws outside the years 0000–9999. */
export function formatMicros(ms: number, micros: number): string {
	if (!Number.isInteger(ms) || ms < YEAR_0000_MS || ms >= YEAR_10000_MS) throw new RangeError('no such time');
	if (!Number.isInteger(micros) || micros < 0 || micros > 999) throw new RangeError('no such microsecond');
	return `${new Date(ms).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`;
}

/**
 * The `at` of the next entry: max(now, last + 1 µs). Strictly after `last` even when the clock stands still, was set back,
 * or differs from the machine that wrote `last`.
 */
export function nextAt(now: Date, last: string | null): string {
	const current = formatMicros(now.getTime(), 0);
	if (last === null || current > last) return current;
	if (!AT_PATTERN.test(last)) throw new TypeError('malformed at');
	const ms = Date.parse(`${last.slice(0, 23)}Z`);
	const micros = Number(last.slice(23, 26)) + 1;
	return micros === 1000 ? formatMicros(ms + 1, 0) : formatMicros(ms, micros);
}
