import { normalizeBounded, withoutInvisible } from './ignorable.ts';

/**
 * Letters and signs that pass for those of the reserved phrases. Upper and lower case stand apart, since they look
 * different (Greek Υ is a Y, υ is a v). What NFKD makes plain (ｓ, 𝐬, ⓢ) need not be here. Only for comparing with
 * those phrases, and names with one another, where too much costs a tick: in general it would be wrong.
 */
const LOOKALIKES: Readonly<Record<string, string>> = {
	a: 'аАαΑɑᴀᎪꓮ',
	c: 'сСςσϹꞓᴄᏟꓚ',
	e: 'еЕεΕєᴇᎬꓰҽ',
	g: 'ԍԌɡɢᏀꓖց',
	i: 'іІιΙıɪӀӏᎥᏆꓲl1|',
	m: 'мМΜᴍᎷꓟ',
	p: 'рРρΡᴘᏢꓑ',
	r: 'гГᴦʀᎡᏒꓣ',
	s: 'ѕЅꜱᏚꓢʂ',
	t: 'тТτΤᴛᎢꓔ',
	v: 'ѵѴνυᴠᏙꓦ',
	w: 'ԝԜωѡᴡᎳꓪ',
	y: 'уУүҮγΥʏᎩꓬ',
	// Letters that no phrase has, for names.
	b: 'ВвΒᏴʙ',
	d: 'ԁ',
	h: 'НнΗһҺᎻʜ',
	j: 'јЈϳͿ',
	k: 'КкΚκᏦᴋ',
	n: 'Νηո',
	o: 'оОοΟօՕᴏ0',
	q: 'ԛ',
	u: 'սᴜ',
	x: 'хХχΧ',
	z: 'ΖᏃ',
	'-': '−⁃˗‧ー一ⲻ➖⎯─━',
	':': '꞉∶ː˸։׃܃܄᠃᠉⁚ꓽ፡',
};

const PLAIN = new Map(
	Object.entries(LOOKALIKES).flatMap(([plain, others]) =>
		Array.from(others, (other): [string, string] => [other, plain]),
	),
);
const LOOKALIKE = new RegExp(`[${[...PLAIN.keys()].join('')}]|\\p{Pd}`, 'gu');

/** Letters in a disc, a square or as flags, which NFKD leaves alone: three alphabets in their order. */
const ENCLOSED = /[\u{1F150}-\u{1F169}\u{1F170}-\u{1F189}\u{1F1E6}-\u{1F1FF}]/gu;

/** The text with every such character as what it passes for. */
function withoutLookalikes(text: string): string {
	return text.replace(ENCLOSED, enclosed).replace(LOOKALIKE, (char) => PLAIN.get(char) ?? '-');
}

function enclosed(char: string): string {
	const code = char.codePointAt(0) as number;
	const first = [0x1f1e6, 0x1f170, 0x1f150].find((start) => start <= code) as number;
	return String.fromCharCode(0x61 + code - first);
}

/** What a reader may take a text for. Marks go too: a dot under a letter is easily overlooked. */
export function foldLookalikes(text: string): string {
	const bare = withoutInvisible(normalizeBounded(withoutInvisible(text), 'NFKD')).replace(/\p{M}+/gu, '');
	return withoutLookalikes(bare).toLowerCase().replace(/\s+/g, ' ');
}
