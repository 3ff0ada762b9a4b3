/** An int8 as a number. Counters and sequence numbers stay far below 2^53; one that does not is a bug. */
export function safeInteger(text: string): number {
	const value = Number(text);
	if (!Number.isSafeInteger(value)) throw new Error(`int8 out of the safe range: ${text}`);
	return value;
}
