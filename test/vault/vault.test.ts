import { FlattenedEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { deriveKey } from '#adapters/vault/derive-key';
import { createVault, kidOfSealed } from '#adapters/vault/vault';

const rootKey = new Uint8Array(32).fill(7);
const vault = createVault({ rootKey });
const row = { tenantId: 'tenant-a', provider: 'github', credentialId: 'credential-1' };
const secret = 'ghp_canary0000000000000000000000000000';
const unreadable = { ok: false, error: 'credential_unreadable' };

describe('a sealed credential', () => {
	it('opens for its own row, also one of two bytes per character', async () => {
		expect(await vault.open(await vault.seal(secret, row), row)).toEqual({ ok: true, value: secret });
		expect(await vault.open(await vault.seal('påss·wörd', row), row)).toEqual({ ok: true, value: 'påss·wörd' });
	});

	it('opens after a restart with the same root key', async () => {
		expect(await createVault({ rootKey: rootKey.slice() }).open(await vault.seal(secret, row), row)).toEqual({
			ok: true,
			value: secret,
		});
	});

	it.each([
		['tenant', { ...row, tenantId: 'tenant-b' }],
		['provider', { ...row, provider: 'gitlab' }],
		['credential', { ...row, credentialId: 'credential-2' }],
		['fields run together', { ...row, tenantId: 'tenant-', provider: 'agithub' }],
	])('does not open when its ciphertext was moved to another %s', async (_what, other) => {
		expect(await vault.open(await vault.seal(secret, row), other)).toEqual(unreadable);
	});

	it('does not open under another root key', async () => {
		const sealed = await vault.seal(secret, row);
		expect(await createVault({ rootKey: new Uint8Array(32).fill(8) }).open(sealed, row)).toEqual(unreadable);
	});

	it('does not open when any one stored character was changed', async () => {
		const sealed = await vault.seal(secret, row);
		const members: Record<string, string> = JSON.parse(sealed);
		for (const [name, value] of Object.entries(members)) {
			for (let at = 0; at < value.length; at++) {
				// The last character of a base64url value may carry unused bits; decoders refuse or ignore those.
				if (at === value.length - 1) continue;
				const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
				const tampered = JSON.stringify({ ...members, [name]: changed });
				expect(await vault.open(tampered, row), `${name}[${at}]`).toEqual(unreadable);
			}
		}
	});

	it('holds neither additional data nor plaintext, and never the same bytes twice', async () => {
		const sealed = await vault.seal(secret, row);
		expect(Object.keys(JSON.parse(sealed)).sort()).toEqual(['ciphertext', 'iv', 'protected', 'tag']);
		expect(sealed).not.toContain(secret);
		expect(sealed).not.toContain(Buffer.from(secret).toString('base64url'));
		expect(await vault.seal(secret, row)).not.toBe(sealed);
	});

	it('names its key version in the protected header', async () => {
		const header = JSON.parse(Buffer.from(JSON.parse(await vault.seal(secret, row)).protected, 'base64url').toString());
		expect(header).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'seal-v1' });
	});
});

describe('[keys-turn] while keys are changed', () => {
	const previousRootKey = rootKey;
	const turned = createVault({ rootKey: new Uint8Array(32).fill(8), previousRootKey });
	const raised = createVault({ rootKey, keyVersion: 3 });
	const opens = { ok: true, value: secret };

	it('the previous root still opens what it sealed, and seals nothing any more', async () => {
		expect(await turned.open(await vault.seal(secret, row), row)).toEqual(opens);
		const fresh = await turned.seal(secret, row);
		expect(await turned.open(fresh, row)).toEqual(opens);
		expect(await vault.open(fresh, row)).toEqual(unreadable);
		expect(await createVault({ rootKey: new Uint8Array(32).fill(8) }).open(fresh, row)).toEqual(opens);
	});

	it('a value of the previous root opens for its own row only', async () => {
		const sealed = await vault.seal(secret, row);
		expect(await turned.open(sealed, { ...row, tenantId: 'tenant-b' })).toEqual(unreadable);
	});

	it('a raised version seals under its own key and opens every other, as a lower one opens it after a step back', async () => {
		const sealed = await raised.seal(secret, row);
		expect(kidOfSealed(sealed)).toBe('seal-v3');
		for (const each of [vault, raised, createVault({ rootKey, keyVersion: 9 })]) {
			expect(await each.open(sealed, row)).toEqual(opens);
			expect(await each.open(await vault.seal(secret, row), row)).toEqual(opens);
		}
	});

	it('a value relabelled as another version does not open', async () => {
		const jwe = JSON.parse(await vault.seal(secret, row));
		const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: 'seal-v3' })).toString('base64url');
		expect(await raised.open(JSON.stringify({ ...jwe, protected: header }), row)).toEqual(unreadable);
	});

	it('the fingerprint of a secret stays with a raised version, and changes with the root', () => {
		expect(raised.fingerprint(secret)).toBe(vault.fingerprint(secret));
		expect(turned.fingerprint(secret)).not.toBe(vault.fingerprint(secret));
	});

	it('a value that was sealed before there were versions to raise opens: these bytes are from the first release', async () => {
		const early = JSON.stringify({
			protected: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoic2VhbC12MSJ9',
			iv: '1pxvYIFFHTTW3Jdk',
			ciphertext: 'gwh_NRXtUNuO7O8tZhyr5MPKUtaAXhHcTbNrQaQZHWugAhbx3sQ',
			tag: 'R9vsREZVab2u0vQT6Gh9rA',
		});
		for (const each of [vault, raised, turned]) expect(await each.open(early, row)).toEqual(opens);
	});
});

describe('a stored value that somebody else shaped', () => {
	it.each([
		['nothing', ''],
		['no JSON', 'not json'],
		['null', 'null'],
		['a list', '[]'],
		['too few members', '{"protected":"e30"}'],
		['numbers', '{"protected":1,"iv":2,"ciphertext":3,"tag":4}'],
		['no header', '{"protected":"","iv":"","ciphertext":"","tag":""}'],
		['not base64url', '{"protected":"*","iv":"*","ciphertext":"*","tag":"*"}'],
	])('is unreadable: %s', async (_what, sealed) => {
		expect(await vault.open(sealed, row)).toEqual(unreadable);
	});

	it('is unreadable with an aad of its own, even the right one', async () => {
		const jwe = JSON.parse(await vault.seal(secret, row));
		const aad = Buffer.from('{"credentialId":"credential-1","provider":"github","tenantId":"tenant-a","v":1}');
		expect(await vault.open(JSON.stringify({ ...jwe, aad: aad.toString('base64url') }), row)).toEqual(unreadable);
	});

	it.each([
		['another content cipher', { alg: 'dir', enc: 'A256CBC-HS512' }, new Uint8Array(64)],
		['a wrapped key', { alg: 'A256KW', enc: 'A256GCM' }, deriveKey(rootKey, 'seal', 1)],
		['no key version', { alg: 'dir', enc: 'A256GCM' }, deriveKey(rootKey, 'seal', 1)],
		['a key of another name', { alg: 'dir', enc: 'A256GCM', kid: 'seal-v01' }, deriveKey(rootKey, 'seal', 1)],
		['a version out of range', { alg: 'dir', enc: 'A256GCM', kid: 'seal-v1001' }, deriveKey(rootKey, 'seal', 1001)],
	] as const)('is unreadable with %s, even under our key', async (_what, header, key) => {
		const aad = '{"credentialId":"credential-1","provider":"github","tenantId":"tenant-a","v":1}';
		const { aad: _left, ...jwe } = await new FlattenedEncrypt(new TextEncoder().encode(secret))
			.setProtectedHeader(header)
			.setAdditionalAuthenticatedData(new TextEncoder().encode(aad))
			.encrypt(key);
		expect(await vault.open(JSON.stringify(jwe), row)).toEqual(unreadable);
	});
});

describe('a fingerprint', () => {
	it('is the same for the same secret and key, differs otherwise, and shows 8 hex', () => {
		expect(vault.fingerprint(secret)).toMatch(/^[0-9a-f]{4}·[0-9a-f]{4}$/);
		expect(vault.fingerprint(secret)).toBe(createVault({ rootKey }).fingerprint(secret));
		expect(vault.fingerprint(secret)).not.toBe(vault.fingerprint(`${secret}1`));
		expect(vault.fingerprint(secret)).not.toBe(createVault({ rootKey: new Uint8Array(32) }).fingerprint(secret));
	});
});

describe('a derived key', () => {
	it('is another one for every purpose, version and root', () => {
		const keys = (['seal', 'fingerprint', 'session', 'sandbox-pat'] as const).flatMap((purpose) =>
			[1, 2].flatMap((version) =>
				[rootKey, new Uint8Array(32)].map((root) => Buffer.from(deriveKey(root, purpose, version)).toString('hex')),
			),
		);
		expect(new Set(keys).size).toBe(16);
		for (const key of keys) expect(key).toHaveLength(64);
	});

	it('stays the same for ever: a changed derivation would make every stored credential unreadable', () => {
		expect(Buffer.from(deriveKey(rootKey, 'seal', 1)).toString('hex')).toBe(
			'72f17166505ec77657b65f2c832b3ae9c2f046c59705705b46ed78686ec38156',
		);
	});

	it('is refused from a short root', () => {
		expect(() => deriveKey(new Uint8Array(31), 'seal', 1)).toThrow('32 bytes');
	});
});
