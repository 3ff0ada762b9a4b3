/**
 * About what a reader sees of Markdown and HTML, for finding words that are written in a roundabout way. Several readings:
 * markup that one renderer shows is markup that another hides, and whoever writes the text picks the one that suits. Each
 * is linear in the text, whatever it holds.
 */
export function readings(text: string): string[] {
	const unquoted = text.replace(/^[ \t]*>[> \t]*/gm, '');
	const tagless = withoutTags(text, MARKDOWN_TAG);
	const marked = [
		tagless.replace(IMAGE, '').replace(DESTINATION, ''),
		withoutDestinations(tagless.replace(IMAGE, '')),
		withoutDestinations(withoutTags(text, HTML_TAG).replace(IMAGE, '')),
		withoutDestinations(unquoted.replace(IMAGE, '')), // what only looks like a tag
		withoutDestinations(unquoted.replace(/<[A-Za-z/!?][^<>]*>/g, '')), // an image that does not load
	];
	return [...new Set([...marked.map(withoutLabels), text].map(plain))];
}

/** An image up to the `]` of its description, which is not shown when the image is. */
const IMAGE = /!\[[^[\]]*(?=\][([])/g;
/** Where a link leads, brackets within brackets counted. */
const DESTINATION = /\]\((?:[^()]|\([^()]*\))*\)/g;

/** In Markdown a tag's name has letters, digits and hyphens; HTML takes anything (`<a@b>`). */
const MARKDOWN_TAG = /^<(?:\/?[A-Za-z][A-Za-z0-9-]*(?:[\s/>]|$)|[!?])/;
const HTML_TAG = /^<\/?[A-Za-z!?]/;

/** Without comments and tags, as HTML reads them: a `>` in a quoted value ends nothing. */
function withoutTags(text: string, tag: RegExp): string {
	if (!text.includes('<')) return text;
	const ends = tagEnds(text);
	let kept = '';
	let from = 0;
	const lastComment = text.lastIndexOf('-->');
	for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', Math.max(at + 1, from))) {
		let end = 0;
		if (text.startsWith('<!--', at) && at + 2 <= lastComment) end = text.indexOf('-->', at + 2) + 3;
		else if (tag.test(text.slice(at, at + 40))) end = ends[at + 1] as number;
		if (end === 0) continue;
		kept += text.slice(from, at);
		from = end;
	}
	return kept + text.slice(from);
}

/** For each index, where a tag that is open there ends; 0 = nowhere. From the end, so that no text is walked twice. */
function tagEnds(text: string): Int32Array {
	const ends = new Int32Array(text.length + 2);
	let bare = 0; // outside quotes, and within either kind
	let double = 0;
	let single = 0;
	for (let i = text.length - 1; i >= 0; i--) {
		const char = text[i];
		const after = bare;
		if (char === '>') bare = i + 1;
		else if (char === '<') bare = 0;
		else if (char === '"') bare = double;
		else if (char === "'") bare = single;
		if (char === '"') double = after;
		else if (char === "'") single = after;
		ends[i] = bare;
	}
	return ends;
}

/** Without `(…)` after a `]`, up to the first bracket that closes. */
function withoutDestinations(text: string): string {
	// Past the last `)` every attempt would run to the end for nothing.
	const last = text.lastIndexOf(')') + 1;
	return text.slice(0, last).replace(/\]\([^)]*\)/g, '') + text.slice(last);
}

/** Without `[…]` after a `]`: which definition a link refers to. */
function withoutLabels(text: string): string {
	return text.replace(/\]\[[^[\]]*\]/g, '');
}

const NAMED: Readonly<Record<string, string>> = {
	...{ nbsp: ' ', ensp: ' ', emsp: ' ', thinsp: ' ', hairsp: ' ', puncsp: ' ', numsp: ' ', emsp13: ' ', emsp14: ' ' },
	...{ Tab: ' ', NewLine: ' ', MediumSpace: ' ', NonBreakingSpace: ' ', ThinSpace: ' ', VeryThinSpace: ' ' },
	...{ ThickSpace: ' ', colon: ':', ratio: ':', dash: '-', hyphen: '-', ndash: '-', mdash: '-' },
	...{ horbar: '-', minus: '-', hybull: '-', lowbar: '-', UnderBar: '-', boxh: '-', HorizontalLine: '-' },
	...{ imath: 'i', iota: 'i', Iota: 'i', iukcy: 'i', Iukcy: 'i', alpha: 'a', Alpha: 'a', acy: 'a', Acy: 'a' },
	...{ scy: 'c', Scy: 'c', sigmaf: 'c', sigmav: 'c', varsigma: 'c', iecy: 'e', IEcy: 'e', epsilon: 'e', epsi: 'e' },
	...{
		Epsilon: 'e',
		jukcy: 'e',
		Mu: 'm',
		mcy: 'm',
		Mcy: 'm',
		rcy: 'p',
		Rcy: 'p',
		rho: 'p',
		Rho: 'p',
		gcy: 'r',
		Gcy: 'r',
	},
	...{ dscy: 's', DScy: 's', tau: 't', Tau: 't', tcy: 't', Tcy: 't', nu: 'v', upsilon: 'v', upsi: 'v', omega: 'w' },
	...{ ucy: 'y', Ucy: 'y', gamma: 'y', Upsilon: 'y', real: 'r', Re: 'r', weierp: 'p', wp: 'p', ee: 'e', ii: 'i' },
};

/** Invisible ones: nothing is left of them. */
const UNSEEN =
	/^(?:shy|zwn?j|lrm|rlm|ic|it|af|NoBreak|ZeroWidthSpace|Negative\w+Space|Invisible(?:Comma|Times)|ApplyFunction)$/;

/** `&nbsp` and `&shy` need no `;` in HTML and end where the name does; numbers may have any count of zeros there. */
const REFERENCE = /&(?:#x0*([0-9a-f]+)|#0*(\d+)|(nbsp|shy|[a-z]{1,24}\d{0,2}));?/gi;

/** Character references decoded, then without what only marks text up. */
function plain(text: string): string {
	return decoded(text).replace(/[\\*_[\]()~`"'<>!#]/g, '');
}

/** The text with its character references as what they stand for. */
export function decoded(text: string): string {
	return text.replace(REFERENCE, (whole, hex, decimal, name) => {
		if (name !== undefined) return named(name) ?? whole;
		return character(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
	});
}

function character(code: number): string {
	if (code === 150 || code === 151) return '-'; // HTML takes these for Windows-1252: dashes
	return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function named(name: string): string | null {
	if (Object.hasOwn(NAMED, name)) return NAMED[name] as string;
	// Script, Fraktur and double-struck letters: &sscr; &Ropf; …
	if (/^[A-Za-z](?:scr|fr|opf)$/.test(name)) return name[0] as string;
	return UNSEEN.test(name) ? '' : null;
}
