/**
 * What stands at a number: something made `since` the reservation or `older`, something whose time is not told (`undated`),
 * an issue that was deleted (`gone`), or nothing that is shown. Null: it cannot be read, or not any more.
 */
export type Seen = 'since' | 'older' | 'undated' | 'gone' | 'nothing' | null;
export type See = (number: number) => Promise<Seen>;

/** Numbers above the newest known one that are asked for: when none of them is in use, it is the newest. */
const AHEAD = 3;
/** So many in a row are the end: what was moved here from elsewhere may look old among new ones. */
const OLDER_IN_A_ROW = 10;

/** The newest number that was given out, from one that was (or 0) on: by strides, since pull requests may be many. */
export async function newestGiven(see: See, from: number): Promise<number> {
	const isGiven = async (number: number) => !['nothing', null].includes(await see(number));
	let top = from;
	for (let before = -1; before < top; ) {
		before = top;
		let stride = 1;
		for (; await isGiven(top + stride); stride *= 2) top += stride;
		for (; stride > 1; stride /= 2) if (await isGiven(top + stride / 2)) top += stride / 2;
		for (let ahead = 2; ahead <= AHEAD; ahead++) if (await isGiven(top + ahead)) top += ahead;
	}
	return top;
}

/**
 * A number that was given out and shows nothing, unless it is certainly from before the reservation; null when there is
 * none. Looks at every number from `top` down to those that are older.
 */
export async function hiddenSince(see: See, top: number): Promise<number | null> {
	let hidden: number | null = null;
	let perhaps: number | null = null;
	let older = 0;
	for (let number = top; number > 0 && older < OLDER_IN_A_ROW; number--) {
		const seen = await see(number);
		if (seen === null) return null;
		if (seen === 'older') older++;
		if (seen === 'since') {
			// Numbers are given out in order: all above this one are newer still.
			hidden ??= perhaps;
			older = 0;
		}
		if (seen !== 'gone' && seen !== 'nothing') continue;
		if (older === 0) hidden ??= number;
		else perhaps ??= number;
	}
	return hidden;
}
