import { describe, expect, it } from 'vitest';
import { createLogger } from '#adapters/system/logger';

const KNOWN = 'k"nown secret\\of the portal, 32+ bytes';

function capture() {
	const lines: string[] = [];
	const destination = { write: (line: string) => void lines.push(line) };
	return { lines, ...createLogger({ level: 'info', secrets: [KNOWN, 'x'], destination }) };
}

/** Secrets of every kind that passes through the portal. */
const canaries: Record<string, { text: string; mustNotAppear: string }> = {
	'classic PAT': { text: 'ghp_Canary0123456789', mustNotAppear: 'Canary' },
	'fine-grained PAT': { text: 'github_pat_Canary0123_456789', mustNotAppear: 'Canary' },
	'OAuth, user and server tokens': { text: 'gho_Canary1 ghu_Canary2 ghs_Canary3 ghr_Canary4', mustNotAppear: 'Canary' },
	'portal token': { text: 'karc_pat_Canary-0123_456789', mustNotAppear: 'Canary' },
	'token after a line end': { text: 'x\nghp_Canary0123456789\nBearer Canary', mustNotAppear: 'Canary' },
	'token run into text': { text: 'fooghp_Canary0123456789', mustNotAppear: 'Canary' },
	bearer: { text: 'Authorization: Bearer 0123456789canary0123456789abcdef01234567', mustNotAppear: 'canary' },
	'bearer in odd case and spacing': { text: 'bearer\t canary', mustNotAppear: 'canary' },
	'authorization of another scheme': { text: 'authorization: token canary', mustNotAppear: 'canary' },
	basic: { text: 'Basic Y2FuYXJ5OmNhbmFyeQ==', mustNotAppear: 'Y2FuYXJ5' },
	cookie: { text: 'Cookie: a=canary; b=canary', mustNotAppear: 'canary' },
	'set-cookie': { text: 'set-cookie: karc.session_token=canary.signature; Path=/', mustNotAppear: 'canary' },
	'session cookie alone': { text: 'got __Secure-karc.session_token=canary%3D and so on', mustNotAppear: 'canary' },
	'password in a form': { text: 'email=a@b.c&password=canary&x=1', mustNotAppear: 'canary' },
	'password in JSON': { text: '{"email":"a@b.c","password":"canary and more","x":1}', mustNotAppear: 'canary' },
	'password in a log phrase': { text: 'password: canary', mustNotAppear: 'canary' },
	'database URL': { text: 'postgres://portal:canary%21@db.example/portal', mustNotAppear: 'canary' },
	'session cookie of a long name': { text: `session${'x'.repeat(60)}=canary`, mustNotAppear: 'canary' },
	'URL of a long scheme': { text: `${'x'.repeat(60)}://portal:canary@db.example/`, mustNotAppear: 'canary' },
	'odd database URL': { text: 'postgres://portal:can@ary@db.example/portal', mustNotAppear: 'ary@' },
	JWE: { text: 'eyJhbGciOiJkaXIiLCJlbmMi.CANARY.x', mustNotAppear: 'CANARY' },
	'the portal’s own secret': { text: `before ${KNOWN} after`, mustNotAppear: 'nown secret' },
};

describe.each(Object.entries(canaries))('a secret never reaches the log: %s', (_kind, { text, mustNotAppear }) => {
	const error = () => {
		const made = new Error(`cannot do it: ${text}`, { cause: new TypeError(`because of ${text}`) });
		return Object.assign(made, { response: { body: text }, query: text });
	};

	it.each<[string, (to: ReturnType<typeof capture>) => void]>([
		['in the message', ({ log }) => log.info({}, text)],
		['in a field', ({ log }) => log.warn({ note: text }, 'm')],
		['in a deep field', ({ log }) => log.error({ a: { b: [{ c: text }] } }, 'm')],
		['in a field’s name', ({ log }) => log.error({ [text]: 1 }, 'm')],
		['in JSON inside a field', ({ log }) => log.error({ body: JSON.stringify({ inner: text }) }, 'm')],
		['in an error’s message, fields and cause', ({ log }) => log.error({ err: error() }, 'm')],
		['in an error under another name', ({ log }) => log.error({ failure: { why: error() } }, 'm')],
		['in an error’s message, with no message given', ({ pino }) => pino.error({ err: error() })],
		['in a bare error', ({ pino }) => pino.error(error())],
		['in a bare error with a message', ({ pino }) => pino.error(error(), text)],
		['in an error’s name or code', ({ pino }) => pino.error(Object.assign(error(), { name: text, code: text }))],
		['in an interpolated value', ({ pino }) => pino.info('got %s and %o', text, { a: text })],
		['in a child logger’s fields', ({ pino }) => pino.child({ note: text, deep: { note: text } }).info('m')],
	])('%s', (_where, write) => {
		const to = capture();
		write(to);
		expect(to.lines).toHaveLength(1);
		expect(to.lines[0]).not.toContain(mustNotAppear);
		expect(() => JSON.parse(to.lines[0] ?? '')).not.toThrow();
	});
});

describe('a field that is secret by its name is masked whatever it holds', () => {
	it.each([
		'password',
		'newPassword',
		'secret',
		'PORTAL_SECRET',
		'token',
		'accessToken',
		'authorization',
		'cookie',
		'set-cookie',
		'apiKey',
		'rootKey',
		'sealed',
		'pat',
	])('%s', (name) => {
		const { log, lines } = capture();
		log.info({ [name]: 'plain canary', deep: { [name]: ['plain canary'], more: { [name]: { a: 'canary' } } } }, 'm');
		expect(lines[0]).not.toContain('canary');
		expect(JSON.parse(lines[0] ?? '')[name]).toBe('[redacted]');

		const child = capture();
		child.pino.child({ [name]: 'plain canary', deep: { [name]: 'plain canary' } }).info('m');
		expect(child.lines[0]).not.toContain('canary');
	});
});

describe('errors of libraries', () => {
	class DrizzleQueryError extends Error {
		override name = 'DrizzleQueryError';
	}
	class SdkHttpError extends Error {
		override name = 'SdkHttpError';
	}

	it.each([
		['SQL and parameters', new DrizzleQueryError('Failed query: select canary params: canary')],
		['the upstream’s body', new SdkHttpError('Error POSTing: {"body":"canary"}')],
		[
			'a pg error',
			Object.assign(new Error('duplicate key (email)=(canary)'), { name: 'error', code: '23505', detail: 'canary' }),
		],
		['a host', Object.assign(new Error('connect ECONNREFUSED canary.internal:5432'), { code: 'ECONNREFUSED' })],
		['the text that did not parse', jsonError('canary')],
		['an argument in a quoted value', headerError('canary value')],
		['a URL', new TypeError('Failed to parse URL from http://canary.internal/x')],
		[
			'lines that look like frames',
			Object.assign(new TypeError('x'), { stack: 'TypeError: y\n    at canary (canary.ts:1:1)' }),
		],
	])('do not put %s into a line', (_what, error) => {
		const { log, lines } = capture();
		log.error({ err: error, outer: new Error('wrapped', { cause: error }) }, 'failed');
		expect(lines[0]).not.toContain('canary');
		expect(JSON.parse(lines[0] ?? '').err.name).toBe(error.name);
	});

	it('keep their code, also as a cause', () => {
		const { log, lines } = capture();
		const pg = Object.assign(new Error('canary'), { name: 'error', code: '23505' });
		log.error({ err: new DrizzleQueryError('canary', { cause: pg }) }, 'failed');
		expect(JSON.parse(lines[0] ?? '').err).toMatchObject({
			name: 'DrizzleQueryError',
			cause: { name: 'error', code: '23505' },
		});
	});
});

describe('a bug of ours', () => {
	it('is told with the engine’s message and where it was thrown, without folders', () => {
		const { log, lines } = capture();
		try {
			(undefined as unknown as { field: () => void }).field();
		} catch (error) {
			log.error({ err: error }, 'bug');
		}
		const { err } = JSON.parse(lines[0] ?? '');
		expect(err).toMatchObject({ name: 'TypeError', message: "Cannot read properties of undefined (reading 'field')" });
		expect(err.at[0]).toMatch(/^(\S+ )?logger\.test\.ts:\d+$/);
		expect(lines[0]).not.toContain('/test/');
	});

	it('ends even when an error is its own cause', () => {
		const { log, lines } = capture();
		const error = new Error('x');
		error.cause = error;
		log.error({ err: error }, 'm');
		expect(lines).toHaveLength(1);
	});
});

describe('a log line', () => {
	it('is one JSON object with level, UTC time, fields and message, and nothing about the machine', () => {
		const { log, lines } = capture();
		log.info({ seq: 3, entryHash: 'ab'.repeat(20), tokenId: 't-1', at: new Date(0), ok: true, none: null }, 'appended');
		const line = JSON.parse(lines[0] ?? '');
		expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
		const { time: _time, ...rest } = line;
		expect(rest).toEqual({
			level: 'info',
			seq: 3,
			entryHash: 'ab'.repeat(20),
			tokenId: 't-1',
			at: '1970-01-01T00:00:00.000Z',
			ok: true,
			none: null,
			msg: 'appended',
		});
	});

	it('shows a Request, a Map, bytes or an object of a class by its kind only', () => {
		const { log, lines } = capture();
		const request = new Request('http://portal.test', { headers: { 'x-note': 'canary' } });
		log.info(
			{ request, headers: request.headers, map: new Map([['canary', 1]]), bytes: new TextEncoder().encode('c') },
			'm',
		);
		expect(JSON.parse(lines[0] ?? '')).toMatchObject({ request: '[object Request]', bytes: '[object Uint8Array]' });
		expect(lines[0]).not.toContain('canary');
	});

	it('is not made below the level', () => {
		const { pino, lines } = capture();
		pino.debug('m');
		expect(lines).toEqual([]);
	});

	it.each<[string, (text: string, to: ReturnType<typeof capture>) => void]>([
		['a field', (text, { log }) => log.info({ note: text }, 'm')],
		['a deep field', (text, { log }) => log.info({ a: [{ b: text }] }, 'm')],
		['a field’s name', (text, { log }) => log.info({ [text]: 1 }, 'm')],
		['the message', (text, { log }) => log.info({}, text)],
		['an interpolated value', (text, { pino }) => pino.info('got %s', text)],
		['the message of a bug', (text, { log }) => log.error({ err: new TypeError(text) }, 'm')],
		['a child logger’s field', (text, { pino }) => pino.child({ note: text }).info('m')],
		['a grandchild’s field', (text, { pino }) => pino.child({}).child({ note: text }, {}).info('m')],
	])('cuts a text of more than 4 KiB in %s', (_where, write) => {
		const to = capture();
		write('x'.repeat(64 * 1024), to);
		expect(to.lines[0]?.length).toBeLessThan(5000);
		expect(() => JSON.parse(to.lines[0] ?? '')).not.toThrow();
		expect(to.lines[0]).toContain('xxx');
	});

	it('keeps a text of 4 KiB whole, and never cuts a character in two', () => {
		const { log, lines } = capture();
		log.info({ whole: 'x'.repeat(4096), cut: `${'x'.repeat(4095)}😀` }, 'm');
		const line = JSON.parse(lines[0] ?? '');
		expect(line.whole).toBe('x'.repeat(4096));
		expect(line.cut).toBe(`${'x'.repeat(4095)}…`);
	});

	it('holds no part of a secret that the cut goes through', () => {
		for (let before = 4096 - KNOWN.length; before <= 4096; before++) {
			const { log, pino, lines } = capture();
			const text = `${'x'.repeat(before)}${KNOWN}${'y'.repeat(100)}`;
			log.info({ note: text, [text]: 1 }, text);
			pino.info('%s', text);
			expect(lines.join('')).not.toContain(JSON.stringify(KNOWN.slice(0, 4)).slice(1, -1));
		}
	});

	it('is finished for texts made to be costly', () => {
		const { log, pino, lines } = capture();
		for (const text of hostile) {
			log.error({ err: new TypeError(text), note: text, [text]: text }, text);
			pino.error('%s', text);
		}
		expect(lines).toHaveLength(hostile.length * 2);
	});

	it('survives a cycle', () => {
		const { log, lines } = capture();
		const cycle: Record<string, unknown> = {};
		cycle.self = cycle;
		log.info({ cycle }, 'm');
		expect(() => JSON.parse(lines[0] ?? '')).not.toThrow();
	});
});

/** 200 KB each of what a pattern could begin or go on with at every character: the square of that would take minutes. */
const hostile = [
	`cookie${'a'.repeat(200_000)}`,
	`://${'a-.'.repeat(70_000)}`,
	...[
		...['session', 'ghp_', 'Bearer ', 'a://', 'a:', '{"token":"', 'eyJ', 'eyJabcdefgh.', 'x@', 'secret=', 'passwd '],
		...['basic%20', 'authorization: ', 'cookie:', '\\', ' ', '"', '`', '1:', '(', '\n    at '],
	].map((piece) => piece.repeat(200_000 / piece.length)),
];

function jsonError(text: string): Error {
	try {
		JSON.parse(text);
	} catch (error) {
		if (error instanceof Error) return error;
	}
	throw new Error('it parsed');
}

function headerError(text: string): Error {
	try {
		new Headers({ 'x-a': `${text}\n${text}` });
	} catch (error) {
		if (error instanceof Error) return error;
	}
	throw new Error('it was a valid header');
}
