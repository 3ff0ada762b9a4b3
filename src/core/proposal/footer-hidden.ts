/** first cut */
export type FooterHidden = { reason: string; at: number };
export function footerHidden(_body: string): FooterHidden | null {
	return null;
}
export function htmlComments(text: string): Array<{ start: number; end: number }> {
	return [...text.matchAll(/<!--/g)].map((m) => {
		const close = text.indexOf('-->', m.index + 2);
		return { start: m.index, end: close < 0 ? text.length : close + 3 };
	});
}
