/**
 * The `data` of each complete event of a server-sent event stream (WHATWG HTML §9.2.6), as it arrives. Only default and
 * `message` events count, and an event that the stream's end cuts off is not one. `id` and `retry` mean nothing here,
 * since a stream is never resumed. Throws a TypeError on bytes that are not UTF-8.
 */
export async function* eventData(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	let event = '';
	let data: string[] = [];
	for await (const line of lines(chunks)) {
		if (line === '') {
			if (data.length > 0 && (event === '' || event === 'message')) yield data.join('\n');
			event = '';
			data = [];
			continue;
		}
		const colon = line.indexOf(':');
		const field = colon === -1 ? line : line.slice(0, colon);
		const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
		if (field === 'data') data.push(value);
		else if (field === 'event') event = value;
	}
}

/** Complete lines, ended by CRLF, LF or CR, which may itself be split between chunks. */
async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	let pieces: string[] = []; // of the line that is not complete yet; joined once, so a long line costs no copies
	let held = '';
	for await (const chunk of chunks) {
		let text = held + decoder.decode(chunk, { stream: true });
		held = text.endsWith('\r') ? '\r' : '';
		if (held !== '') text = text.slice(0, -1);
		const parts = text.split(/\r\n|\n|\r/);
		pieces.push(parts.shift() ?? '');
		for (const part of parts) {
			yield pieces.join('');
			pieces = [part];
		}
	}
	if (held !== '') yield pieces.join('');
}
