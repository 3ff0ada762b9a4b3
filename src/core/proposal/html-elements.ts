/** HTML elements by what they do to the text after them (WHATWG HTML §13.1.2, §13.2.6; CommonMark 0.31 §4.6). */

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** Open until closed: they hide, fold away, restyle or move what follows. `p` is not here: the footer's rule closes it. */
export const SWALLOWING = set(
	'a abbr acronym address applet article aside audio b bdi bdo big blink blockquote body button canvas caption center ' +
		'cite code colgroup data datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer ' +
		'form frameset h1 h2 h3 h4 h5 h6 head header hgroup html i ins kbd label legend li listing main map mark marquee ' +
		'math menu menuitem meter nav nobr object ol optgroup option output picture pre progress q rb rp rt rtc ruby s samp ' +
		'search section select slot small span strike strong sub summary sup svg table tbody td template tfoot th thead ' +
		'time tr tt u ul var video',
);

/** Their content is text to HTML, whatever Markdown made of it: taken only when it is trivially closed. */
export const RAW_TEXT = set('iframe noembed noframes noscript plaintext script style textarea title xmp');

/** Of the swallowing ones, those that the end of an outer element ends too. */
export const END_OPTIONAL = set('caption colgroup dd dt li optgroup option rb rp rt rtc tbody td tfoot th thead tr');

/** An end tag inside one of these ends nothing outside it (HTML: “has an element in scope”). */
export const SCOPES = set('applet button caption marquee math object select svg table td template th');

/** Start a Markdown HTML block that runs to the next blank line, as an opening or a closing tag (kind 6). */
export const BLOCK_START = set(
	'address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt ' +
		'fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link ' +
		'main menu menuitem nav noframes ol optgroup option p param section summary table tbody td tfoot th thead title tr ' +
		'track ul',
);

/** Kind 6 in some versions only. */
export const MAYBE_BLOCK_START = set('search source meta');

/** Start an HTML block that runs to one of their end tags, blank lines or not (kind 1). */
export const VERBATIM_START = set('pre script style textarea');
