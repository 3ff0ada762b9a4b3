import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface Certificate {
	/** PEM. */
	readonly cert: string;
	readonly key: string;
}

/** A private CA and a certificate of its own for `names`, valid for a day. Node reads certificates but makes none, so: DER by hand. */
export function certificatesFor(names: readonly string[]): { ca: Certificate; server: Certificate } {
	const caKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const serverKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const issuer = name('Test CA');
	const ca = certificate(issuer, issuer, caKeys.publicKey, caKeys.privateKey, [
		extension('2.5.29.19', sequence(boolean(true)), true), // basicConstraints: CA
		extension('2.5.29.15', tlv(0x03, Buffer.from([1, 0x06])), true), // keyUsage: keyCertSign, cRLSign
	]);
	const alternatives = names.map((each) =>
		isIPv4(each) ? tlv(0x87, Buffer.from(each.split('.').map(Number))) : tlv(0x82, Buffer.from(each, 'ascii')),
	);
	const server = certificate(issuer, name(names[0] ?? ''), serverKeys.publicKey, caKeys.privateKey, [
		extension('2.5.29.17', sequence(...alternatives)), // subjectAltName
		extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))), // extKeyUsage: serverAuth
	]);
	return { ca: { cert: ca, key: pem(caKeys.privateKey) }, server: { cert: server, key: pem(serverKeys.privateKey) } };
}

function certificate(
	issuer: Buffer,
	subject: Buffer,
	publicKey: KeyObject,
	signer: KeyObject,
	extensions: readonly Buffer[],
): string {
	const algorithm = sequence(oid('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
	const now = Date.now();
	const toBeSigned = sequence(
		tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
		tlv(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])), // serial number
		algorithm,
		issuer,
		sequence(time(now - 3_600_000), time(now + 86_400_000)),
		subject,
		publicKey.export({ type: 'spki', format: 'der' }),
		tlv(0xa3, sequence(...extensions)),
	);
	const whole = sequence(toBeSigned, algorithm, bits(sign('sha256', toBeSigned, signer)));
	const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function pem(key: KeyObject): string {
	return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function tlv(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
	return tlv(0x30, Buffer.concat(parts));
}

function bits(content: Buffer): Buffer {
	return tlv(0x03, Buffer.concat([Buffer.from([0]), content]));
}

function boolean(value: boolean): Buffer {
	return tlv(0x01, Buffer.from([value ? 0xff : 0]));
}

function time(at: number): Buffer {
	const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
	return tlv(0x17, Buffer.from(text.slice(2), 'ascii'));
}

function name(commonName: string): Buffer {
	return sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(commonName, 'utf8')))));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
	return sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value));
}

function oid(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
	const bytes = [first * 40 + second];
	for (const part of rest) {
		const groups = [part & 0x7f];
		for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
		bytes.push(...groups);
	}
	return tlv(0x06, Buffer.from(bytes));
}
