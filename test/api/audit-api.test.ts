import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEntry } from '#core/audit/entry';
import { verifyExport } from '#core/audit/export';
import { createVerifier } from '#core/audit/verify';
import { sha256 } from '#src/compose';
import { type Answer, type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { addPerson, addTenant, demoTenant, type Row, withRows } from './fixture.ts';
import { expectProblem } from './problem-shape.ts';

let test: TestPortal;
let demo: string;
let admin: Client;
let auditor: Client;
beforeAll(async () => {
	test = await startPortal();
	demo = await demoTenant(test);
	admin = await test.as('admin');
	auditor = await test.as('auditor');
});
afterAll(() => test.close());

interface Stored {
	readonly seq: number;
	readonly entry: string;
	readonly leaf: string;
	readonly entryHash: string;
}
const parsed = (entries: readonly Stored[]): Row[] => entries.map(({ entry }) => JSON.parse(entry) as Row);

/** A tenant of its own with an ADMIN, and `more` rows in its log beside those of its making. */
async function tenantWithRows(slug: string, more: number): Promise<{ log: string; client: Client; size: number }> {
	const { store } = test.portal;
	const log = await addTenant(test, slug);
	await addPerson(test, `a@${slug}.local`, 'ADMIN', log);
	const draft = (n: number) =>
		({ action: 'test.row', actor: { kind: 'system' }, ok: n % 3 !== 0, detail: { n } }) as const;
	await Promise.all(Array.from({ length: more }, (_, n) => store.append(log, draft(n))));
	return { log, client: await test.as(`a@${slug}.local`), size: (await store.head(log)).size };
}

describe('GET /api/audit', () => {
	let log: string;
	let client: Client;
	let size: number;
	let all: Stored[];
	const get = (query: string) => client.get(`/api/audit?tenant=pages&${query}`);

	beforeAll(async () => {
		({ log, client, size } = await tenantWithRows('pages', 60));
		all = (await test.portal.store.page({ log, limit: 1000, order: 'asc' })).entries as Stored[];
		expect(all).toHaveLength(size);
	});

	async function walk(query: string, cursor: 'after' | 'before'): Promise<Stored[]> {
		const found: Stored[] = [];
		let at = '';
		for (let pages = 0; pages < 1000; pages++) {
			const { status, body } = await get(query + at);
			expect(status).toBe(200);
			found.push(...body.entries);
			if (body.next === null) return found;
			expect(body.next).toBe(body.entries.at(-1).seq);
			at = `&${cursor}=${body.next}`;
		}
		throw new Error('the cursor leads in a circle');
	}

	it('gives the stored text with its hashes, and the head that they lead to', async () => {
		const { body } = await get('limit=100');
		expect(body).toMatchObject({ size, head: all.at(-1)?.entryHash, next: null });
		expect(body.entries).toEqual(all);
		const verifier = createVerifier({ log }, sha256);
		for (const row of body.entries) verifier.push(row);
		expect(verifier.finish(body)).toMatchObject({ ok: true, size });
	});

	it.each([1, 7, 50, 100])('pages of %i from either end give every row once', async (limit) => {
		expect(await walk(`limit=${limit}`, 'after')).toEqual(all);
		expect(await walk(`limit=${limit}&order=asc`, 'after')).toEqual(all);
		expect(await walk(`limit=${limit}&order=desc`, 'before')).toEqual([...all].reverse());
	});

	it('without being told gives 50, oldest first', async () => {
		const { body } = await get('');
		expect(body.entries).toEqual(all.slice(0, 50));
		expect(body.next).toBe(49);
	});

	it('a page that ends with the last row has no next', async () => {
		expect((await get(`limit=10&after=${size - 11}`)).body.next).toBeNull();
		expect((await get(`limit=10&after=${size - 12}`)).body.next).toBe(size - 2);
		expect((await get(`after=${size - 1}`)).body).toMatchObject({ entries: [], next: null, size });
		expect((await get('before=0')).body).toMatchObject({ entries: [], next: null });
	});

	it('after and before exclude the row they name', async () => {
		const { body } = await get('after=3&before=7');
		expect(body.entries.map((row: Stored) => row.seq)).toEqual([4, 5, 6]);
		expect((await get('after=-1&before=1')).body.entries.map((row: Stored) => row.seq)).toEqual([0]);
	});

	it.each([
		['action=test.row', (row: Row) => row.action === 'test.row'],
		['action=test', () => false],
		['action=TEST.ROW', () => false],
		['action=test.%25', () => false],
		['ok=true', (row: Row) => row.ok],
		['ok=false', (row: Row) => !row.ok],
		['ok=false&action=test.row', (row: Row) => !row.ok && row.action === 'test.row'],
		['ok=true&action=access.member.set', (row: Row) => row.action === 'access.member.set'],
		['actor=nobody', () => false],
	] as [string, (row: Row) => boolean][])('?%s', async (query, keep) => {
		const expected = all.filter((_, at) => keep(parsed(all)[at] as Row));
		expect(await walk(`limit=7&${query}`, 'after')).toEqual(expected);
		expect(await walk(`limit=7&order=desc&${query}`, 'before')).toEqual([...expected].reverse());
	});

	it('?actor= is the person’s id', async () => {
		const own = await tenantWithRows('actor', 3);
		const { user } = (await own.client.get('/api/me')).body;
		const change = { enabled: true, reason: 'still on' };
		expect((await own.client.put('/api/agent-dispatch?tenant=actor', change)).status).toBe(200);
		const { body } = await own.client.get(`/api/audit?tenant=actor&actor=${user.id}`);
		expect(parsed(body.entries)).toMatchObject([{ action: 'dispatch.set', actor: { id: user.id } }]);
	});

	it('from is included, to is not, to the microsecond and in any offset', async () => {
		const at = (n: number) => (parsed(all)[n] as unknown as { at: string }).at;
		const seqs = async (query: string) => (await get(`limit=100&${query}`)).body.entries.map((row: Stored) => row.seq);
		expect(await seqs(`from=${at(5)}&to=${at(8)}`)).toEqual([5, 6, 7]);
		expect(await seqs(`from=${at(5)}&to=${at(5)}`)).toEqual([]);
		const shifted = (n: number) =>
			encodeURIComponent(
				`${new Date(Date.parse(at(n)) + 3_600_000).toISOString().slice(0, 23)}${at(n).slice(23, 26)}+01:00`,
			);
		expect(await seqs(`from=${shifted(5)}&to=${shifted(8)}`)).toEqual([5, 6, 7]);
	});

	it.each([
		['limit=0', 'limit'],
		['limit=101', 'limit'],
		['limit=-1', 'limit'],
		['limit=1.5', 'limit'],
		['limit=all', 'limit'],
		['limit=', 'limit'],
		['after=x', 'after'],
		['after=-2', 'after'],
		['before=-1', 'before'],
		['after=1.5', 'after'],
		['after=1e400', 'after'],
		['order=up', 'order'],
		['ok=1', 'ok'],
		['from=yesterday', 'from'],
		['to=2026-01-01', 'to'],
		['log=other', 'log'],
		['actors=x', '(body)'],
	])('?%s → 400 with the place', async (query, path) => {
		const answer = await get(query);
		expectProblem(answer, 'invalid_request');
		expect(answer.body.errors[0].path).toBe(path);
	});

	it.each(['action=%00', 'actor=%00', 'from=0000-01-01T00:00:00Z', 'to=2026-01-01T00:00:00-23:59'])(
		'?%s is refused, not a fault of the portal',
		async (query) => {
			expectProblem(await get(query), 'invalid_request');
		},
	);

	it('quotes in a filter are text, not SQL', async () => {
		for (const text of ["x' OR '1'='1", "'; DROP TABLE audit_entry; --", '\\', '%']) {
			expect((await get(`action=${encodeURIComponent(text)}`)).body.entries).toEqual([]);
			expect((await get(`actor=${encodeURIComponent(text)}`)).body.entries).toEqual([]);
		}
	});
});

describe('GET /api/audit/export', () => {
	it('is the entries’ own bytes, each with LF, under the headers that a verifier needs', async () => {
		const { log, client, size } = await tenantWithRows('export', 30);
		const { entries } = await test.portal.store.page({ log, limit: 1000, order: 'asc' });
		const answer = await client.get('/api/audit/export?tenant=export');
		expect(answer.status).toBe(200);
		expect(answer.text).toBe(entries.map(({ entry }) => `${entry}\n`).join(''));
		const header = (name: string) => answer.headers.get(name) ?? '';
		expect(header('content-type')).toBe('application/x-ndjson');
		expect(header('content-disposition')).toBe('attachment; filename="audit-export.ndjson"');
		expect([header('Sarc-Audit-Log'), header('Sarc-Audit-Size')]).toEqual([log, String(size)]);

		const claimed = { log: header('sarc-audit-log'), size, head: header('sarc-audit-head') };
		expect(verifyExport([answer.text], claimed, sha256)).toEqual({ ok: true, size, head: claimed.head });
		// The headers are what shows that lines were cut from the end.
		const cut = answer.text.slice(0, answer.text.lastIndexOf('\n', answer.text.length - 2) + 1);
		expect(verifyExport([cut], claimed, sha256).firstBad).toEqual({ seq: size - 1, reason: 'head' });
		expect(verifyExport([answer.text], { ...claimed, log: demo }, sha256).firstBad).toEqual({
			seq: 0,
			reason: 'bytes',
		});
	});

	it('of a log with thousands of rows it is whole and in order', async () => {
		const { log, client, size } = await tenantWithRows('large', 2_100);
		const answer = await client.get('/api/audit/export?tenant=large');
		const head = answer.headers.get('sarc-audit-head') ?? '';
		expect(verifyExport([answer.text], { log, size, head }, sha256)).toEqual({ ok: true, size, head });

		const streamed = await client.send('POST', '/api/audit/verify-chain?tenant=large', undefined, {
			accept: 'text/event-stream',
		});
		expect(streamed.headers.get('content-type')).toMatch(/^text\/event-stream/);
		const events = eventsOf(streamed);
		expect(events.map(({ event }) => event)).toEqual(['progress', 'progress', 'progress', 'verdict']);
		expect(events.slice(0, 3).map(({ data }) => data)).toEqual([1_000, 2_000, size].map((done) => ({ done, size })));
		expect(events.at(-1)?.data).toEqual({ ok: true, size, head });
	});
});

function eventsOf(answer: Answer): { event: string; data: unknown }[] {
	return answer.text
		.split('\n\n')
		.filter((block) => block !== '')
		.map((block) => {
			const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
			return { event: field('event'), data: JSON.parse(field('data')) };
		});
}

describe('[chain-detects] whatever is done to the stored log, verify-chain names the first bad place', () => {
	/** An export does not carry the stored hashes. */
	const STORE_ONLY = ['a stored hash', 'a row slipped in after the head'];

	/** What somebody with the database's owner at hand can do: the triggers out of the way, then anything. */
	async function tamper(
		work: (query: (text: string, params?: unknown[]) => Promise<unknown>) => Promise<void>,
	): Promise<void> {
		const { query } = test.portal.database;
		const triggers = async (what: 'DISABLE' | 'ENABLE ALWAYS') => {
			await query(`ALTER TABLE audit_entry ${what} TRIGGER audit_entry_append_only`);
			await query(`ALTER TABLE audit_head ${what} TRIGGER audit_head_grows`);
		};
		await triggers('DISABLE');
		try {
			await work(query);
		} finally {
			await triggers('ENABLE ALWAYS');
		}
	}

	/** Rows from `from` on as a forger would rewrite them: changed, and every hash and link made to fit again. */
	async function rewritten(log: string, from: number, count: number, change: (row: Record<string, unknown>) => void) {
		const { entries } = await test.portal.store.page({ log, limit: 1000, order: 'asc' });
		let prev = entries[from - 1]?.entryHash ?? '0'.repeat(64);
		return entries.slice(from, from + count).map(({ entry }) => {
			const row = JSON.parse(entry);
			change(row);
			const { v: _v, log: _l, seq, prev: _p, at, ...draft } = row;
			const built = buildEntry(draft, { log, seq, prev, at }, sha256);
			prev = built.entryHash;
			return { seq, ...built };
		});
	}

	type Tamper = Parameters<Parameters<typeof tamper>[0]>[0];
	const store = async (query: Tamper, log: string, rows: readonly Stored[]) => {
		for (const { seq, entry, leaf, entryHash } of rows) {
			const text = 'UPDATE audit_entry SET entry = $3, leaf = $4, entry_hash = $5 WHERE log = $1 AND seq = $2';
			await query(text, [log, seq, entry, leaf, entryHash]);
		}
	};

	const cases: [
		what: string,
		work: (query: Tamper, log: string, size: number) => Promise<void>,
		bad: (size: number) => { seq: number; reason: string },
	][] = [
		[
			'one character of a row',
			async (query, log) => {
				const text = `UPDATE audit_entry SET entry = replace(entry, '"ok":true', '"ok":false') WHERE log = $1 AND seq = 5`;
				await query(text, [log]);
			},
			() => ({ seq: 5, reason: 'bytes' }),
		],
		[
			'white space that means nothing',
			async (query, log) =>
				void (await query("UPDATE audit_entry SET entry = entry || ' ' WHERE log = $1 AND seq = 5", [log])),
			() => ({ seq: 5, reason: 'bytes' }),
		],
		[
			'a stored hash',
			async (query, log) =>
				void (await query('UPDATE audit_entry SET leaf = entry_hash WHERE log = $1 AND seq = 0', [log])),
			() => ({ seq: 0, reason: 'bytes' }),
		],
		[
			'two rows exchanged',
			async (query, log) => {
				const { entries } = await test.portal.store.page({ log, limit: 1000, order: 'asc' });
				const [a, b] = [entries[5] as Stored, entries[6] as Stored];
				await store(query, log, [
					{ ...b, seq: 5 },
					{ ...a, seq: 6 },
				]);
			},
			() => ({ seq: 5, reason: 'bytes' }),
		],
		[
			'a row of another tenant’s log in its place',
			async (query, log) => {
				const [theirs] = (await test.portal.store.page({ log: demo, after: 4, limit: 1, order: 'asc' })).entries;
				await store(query, log, [theirs as Stored]);
			},
			() => ({ seq: 5, reason: 'bytes' }),
		],
		[
			'a row rewritten with hashes that fit',
			async (query, log) =>
				store(query, log, await rewritten(log, 5, 1, (row) => Object.assign(row, { ok: false, code: 'x' }))),
			() => ({ seq: 6, reason: 'link' }),
		],
		[
			'everything from a row on rewritten, but for the head',
			async (query, log, size) =>
				store(query, log, await rewritten(log, 5, size, (row) => Object.assign(row, { ok: false }))),
			(size) => ({ seq: size, reason: 'head' }),
		],
		[
			'a clock set back, with hashes that fit',
			async (query, log, size) => {
				const rows = await rewritten(log, 5, size, (row) => Object.assign(row, { at: '2020-01-01T00:00:00.000000Z' }));
				await store(query, log, rows);
				await query('UPDATE audit_head SET head = $2 WHERE log = $1', [log, rows.at(-1)?.entryHash]);
			},
			() => ({ seq: 5, reason: 'time' }),
		],
		[
			'a row taken out',
			async (query, log) => void (await query('DELETE FROM audit_entry WHERE log = $1 AND seq = 5', [log])),
			() => ({ seq: 5, reason: 'gap' }),
		],
		[
			'the first row taken out',
			async (query, log) => void (await query('DELETE FROM audit_entry WHERE log = $1 AND seq = 0', [log])),
			() => ({ seq: 0, reason: 'gap' }),
		],
		[
			'rows cut from the end',
			async (query, log, size) =>
				void (await query('DELETE FROM audit_entry WHERE log = $1 AND seq >= $2', [log, size - 3])),
			(size) => ({ seq: size - 3, reason: 'head' }),
		],
		[
			'a row slipped in after the head',
			async (query, log, size) =>
				void (await query(
					`INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok, actor_id)
					SELECT log, $2, entry, leaf, entry_hash, at, action, ok, actor_id FROM audit_entry WHERE log = $1 AND seq = 0`,
					[log, size],
				)),
			(size) => ({ seq: size, reason: 'head' }),
		],
		[
			'a head that says something else',
			async (query, log) => void (await query('UPDATE audit_head SET head = $2 WHERE log = $1', [log, 'f'.repeat(64)])),
			(size) => ({ seq: size, reason: 'head' }),
		],
		[
			'two places: the first is named',
			async (query, log) => {
				await query("UPDATE audit_entry SET entry = entry || ' ' WHERE log = $1 AND seq = 8", [log]);
				await query('DELETE FROM audit_entry WHERE log = $1 AND seq = 3', [log]);
			},
			() => ({ seq: 3, reason: 'gap' }),
		],
	];

	it.each(cases.map(([what, work, bad], n) => ({ what, work, bad, slug: `tamper-${n}` })))(
		'$what',
		async ({ what, work, bad, slug }) => {
			const { log, client, size } = await tenantWithRows(slug, 10);
			const verify = () => client.post(`/api/audit/verify-chain?tenant=${slug}`);
			expect((await verify()).body).toMatchObject({ ok: true, size });
			await tamper((query) => work(query, log, size));

			const answer = await verify();
			expect(answer.status).toBe(200);
			expect(answer.body).toMatchObject({ ok: false, firstBad: bad(size) });
			const streamed = await client.send('POST', `/api/audit/verify-chain?tenant=${slug}`, undefined, {
				accept: 'text/event-stream',
			});
			expect(eventsOf(streamed).at(-1)).toEqual({ event: 'verdict', data: answer.body });
			// An auditor who has nothing but the export finds it too, at the same place but for what only the store claims.
			const { text, headers } = await client.get(`/api/audit/export?tenant=${slug}`);
			const claimed = { log, size: Number(headers.get('sarc-audit-size')), head: headers.get('sarc-audit-head') ?? '' };
			if (!STORE_ONLY.includes(what)) expect(verifyExport([text], claimed, sha256).ok).toBe(false);
		},
	);
});

describe('[append-only] what stands in the log stays', () => {
	it.each([
		'UPDATE audit_entry SET ok = NOT ok WHERE log = $1 AND seq = 0',
		'DELETE FROM audit_entry WHERE log = $1',
		'TRUNCATE audit_entry',
		'UPDATE audit_head SET size = size - 1 WHERE log = $1',
		'UPDATE audit_head SET head = repeat($$f$$, 64) WHERE log = $1',
		'DELETE FROM audit_head WHERE log = $1',
		'TRUNCATE audit_head',
	])('the database refuses: %s', async (statement) => {
		const before = await test.portal.store.head(demo);
		const params = statement.includes('$1') ? [demo] : [];
		await expect(test.portal.database.query(statement, params)).rejects.toThrow(/append-only/);
		expect(await test.portal.store.head(demo)).toEqual(before);
	});

	it('a setting whose row cannot be written does not change, and the answer says nothing of why', async () => {
		const { query } = test.portal.database;
		await query(
			`CREATE FUNCTION refuse_rows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no rows today''; END'`,
		);
		await query('CREATE TRIGGER refuse_rows BEFORE INSERT ON audit_entry EXECUTE FUNCTION refuse_rows()');
		const settings = async () => [
			(await admin.get('/api/flags?tenant=demo')).body,
			(await admin.get('/api/tokens?tenant=demo')).body,
		];
		const before = await settings();
		try {
			const asked = [
				await admin.put('/api/flags/mcp.gateway?tenant=demo', { enabled: false }),
				await admin.put('/api/global-flags/mcp.gateway', { enabled: false }),
				await admin.put('/api/agent-dispatch?tenant=demo', { enabled: false }),
				await admin.delete('/api/credentials/github?tenant=demo'),
				await admin.post('/api/tokens?tenant=demo', { name: 'x', scopes: ['read'], expiresInHours: 1 }),
			];
			for (const answer of asked) {
				expectProblem(answer, 'internal');
				expect(answer.text).not.toContain('no rows today');
			}
			// Nor is anything written upstream that could not be recorded: a refusal that leaves no row is no answer either.
			expectProblem(await admin.post('/api/mcp/execute?tenant=demo', {}), 'internal');
		} finally {
			await query('DROP TRIGGER refuse_rows ON audit_entry');
			await query('DROP FUNCTION refuse_rows');
		}
		expect(await settings()).toEqual(before);
		expect((await admin.get('/api/credentials?tenant=demo')).body.credentials).toHaveLength(1);
		expect((await admin.post('/api/audit/verify-chain?tenant=demo')).body.ok).toBe(true);
	});
});

describe('every change of a setting has its row: what it was, what it is, and why', () => {
	const cases = [
		['flag.set', '/api/flags/mcp.gateway', { flag: 'mcp.gateway' }],
		['dispatch.set', '/api/agent-dispatch', {}],
	] as const;
	it.each(cases)('%s', async (action, path, which) => {
		const { log, client } = await tenantWithRows(action.replace('.', '-'), 0);
		const slug = action.replace('.', '-');
		const put = (body: unknown) => withRows(test, log, () => client.put(`${path}?tenant=${slug}`, body));
		const [, off] = await put({ enabled: false });
		expect(off).toMatchObject([{ action, ok: true, actor: { kind: 'user', role: 'ADMIN' } }]);
		expect(off[0]?.detail).toEqual({ ...which, old: true, new: false });

		for (const body of [{ enabled: true }, { enabled: true, reason: undefined }]) {
			const [refused, none] = await put(body);
			expectProblem(refused, 'reason_required');
			expect(none).toEqual([]);
		}
		for (const reason of ['', '   ', null, 'x'.repeat(501)]) {
			const [refused, none] = await put({ enabled: true, reason });
			expectProblem(refused, 'invalid_request');
			expect(none).toEqual([]);
		}
		const [on, rows] = await put({ enabled: true, reason: ' Drill is over ' });
		expect(on.status).toBe(200);
		expect(rows.map(({ detail }) => detail)).toEqual([{ ...which, old: false, new: true, why: 'Drill is over' }]);
		expect(rows[0]?.requestId).toBe(on.headers.get('x-request-id'));
		const [, why] = await put({ enabled: false, reason: 'Incident' });
		expect(why.map(({ detail }) => detail)).toEqual([{ ...which, old: true, new: false, why: 'Incident' }]);
	});

	it('global flags on the platform’s log', async () => {
		const path = '/api/global-flags/mcp.execute-tokens';
		const [, off] = await withRows(test, 'platform', () => admin.put(path, { enabled: false }));
		expect(off).toMatchObject([{ action: 'flag.set', actor: { role: 'PLATFORM' }, detail: { old: true, new: false } }]);
		expectProblem(await admin.put(path, { enabled: true }), 'reason_required');
		const [, on] = await withRows(test, 'platform', () => admin.put(path, { enabled: true, reason: 'test over' }));
		expect(on).toMatchObject([{ detail: { flag: 'mcp.execute-tokens', old: false, new: true, why: 'test over' } }]);
	});

	it('credentials by fingerprint', async () => {
		const { log, client } = await tenantWithRows('creds', 0);
		const path = '/api/credentials/github?tenant=creds';
		const fingerprints: string[] = [];
		for (const token of ['ghp_RowsOne000000000000000000000000000000', 'ghp_RowsTwo000000000000000000000000000000']) {
			test.sandbox.github.state.addToken({ token, login: 'rows-bot', scopes: ['repo'] });
			const [answer, rows] = await withRows(test, log, () => client.put(path, { kind: 'pat', token }));
			expect(answer.body.fingerprint).toMatch(/^[0-9a-f]{4}·[0-9a-f]{4}$/);
			const detail = { provider: 'github', old: fingerprints.at(-1) ?? null, new: answer.body.fingerprint };
			expect(rows).toMatchObject([{ action: 'credential.set', detail }]);
			fingerprints.push(answer.body.fingerprint);
		}
		const [, rows] = await withRows(test, log, () => client.delete(path));
		expect(rows).toMatchObject([{ action: 'credential.deleted', detail: { old: fingerprints[1], new: null } }]);
	});
});

describe('reading, exporting and verifying', () => {
	it('write no row, in no log', async () => {
		const [, rows] = await withRows(test, demo, async () => {
			const [, above] = await withRows(test, 'platform', async () => {
				for (const path of [
					'audit',
					'audit/export',
					'flags',
					'tokens',
					'credentials',
					'mcp/prereqs',
					'mcp/executions',
				]) {
					expect((await auditor.get(`/api/${path}?tenant=demo`)).status).toBe(200);
				}
				expect((await auditor.post('/api/audit/verify-chain?tenant=demo')).status).toBe(200);
				expect((await admin.post('/api/credentials/github/test?tenant=demo')).status).toBe(200);
				await proposed(admin, issue('Reading'));
				for (const path of ['audit', 'audit/export'])
					expect((await admin.get(`/api/${path}?log=platform`)).status).toBe(200);
				expect((await admin.post('/api/audit/verify-chain?log=platform')).body.ok).toBe(true);
			});
			expect(above).toEqual([]);
		});
		expect(rows).toEqual([]);
	});

	const routes = [
		['GET', '/api/audit'],
		['GET', '/api/audit/export'],
		['POST', '/api/audit/verify-chain'],
	] as const;
	it.each(routes)('%s %s: ?log=platform is for the platform admin only, in a session', async (method, path) => {
		const answer = await admin.send(method, `${path}?log=platform`);
		expect(answer.status, answer.text).toBe(200);
		const head = await test.portal.store.head('platform');
		expect(answer.body?.head ?? answer.headers.get('sarc-audit-head')).toBe(head.head);
		expectProblem(await auditor.send(method, `${path}?log=platform`), 'role_required');
		expectProblem(await (await test.as('member')).send(method, `${path}?log=platform`), 'role_required');
		expectProblem(await test.anonymous.send(method, `${path}?log=platform`), 'unauthenticated');
		const minted = await admin.post('/api/tokens?tenant=demo', { name: 'r', scopes: ['read'], expiresInHours: 1 });
		expectProblem(await test.bearer(minted.body.token).send(method, `${path}?log=platform`), 'scope_required');
	});

	it.each(routes)('%s %s: one log is asked for, not two and not none', async (method, path) => {
		expectProblem(await admin.send(method, `${path}?log=platform&tenant=demo`), 'invalid_request');
		expectProblem(await admin.send(method, path), 'invalid_request');
		expectProblem(await admin.send(method, `${path}?log=demo`), 'invalid_request');
	});

	it.each([
		['POST', '/api/mcp/propose'],
		['POST', '/api/mcp/execute'],
		['GET', '/api/flags'],
		['PUT', '/api/agent-dispatch'],
	])('%s %s is about a tenant: ?log=platform stands for none', async (method, path) => {
		expectProblem(
			await admin.send(method, `${path}?log=platform`, method === 'GET' ? undefined : {}),
			'invalid_request',
		);
	});
});
