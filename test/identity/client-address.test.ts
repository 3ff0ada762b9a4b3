import { describe, expect, it } from 'vitest';
import { clientAddress, createClientAddress } from '#adapters/identity/client-address';
import { recordingLog } from '#test/support/log';

const proxies = ['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '::1'];

describe('the client address is the rightmost one that no trusted proxy holds', () => {
	it.each<[string, string, string | null, string]>([
		['no proxy, no header', '203.0.113.9', null, '203.0.113.9'],
		['a client that forges the header', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
		['one proxy', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
		['one proxy, a forged entry before it', '10.1.2.3', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
		['two proxies', '10.1.2.3', '203.0.113.9, 192.168.1.7', '203.0.113.9'],
		['a forged trusted address', '10.1.2.3', '10.9.9.9, 203.0.113.9', '203.0.113.9'],
		['only proxies', '10.1.2.3', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
		['a proxy without the header', '10.1.2.3', null, '10.1.2.3'],
		['an empty header', '10.1.2.3', '', '10.1.2.3'],
		['garbage next to the proxy', '10.1.2.3', '203.0.113.9, unknown', '10.1.2.3'],
		['garbage further left', '10.1.2.3', 'unknown, 10.0.0.2', '10.0.0.2'],
		['an entry of the range’s neighbour', '11.0.0.1', '203.0.113.9', '11.0.0.1'],
		['a port', '10.1.2.3', '203.0.113.9:5123', '203.0.113.9'],
		['IPv6', 'fd00::5', '2001:DB8::9', '2001:db8::9'],
		['IPv6 with brackets and port', '::1', '[2001:db8::9]:443', '2001:db8::9'],
		['IPv6 with a zone', 'fe80::1%eth0', null, 'fe80::1'],
		['IPv4 in IPv6, as a dual-stack socket shows it', '::ffff:10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9'],
		['no address at all', '', '203.0.113.9', ''],
	])('%s', (_case, socket, forwarded, expected) => {
		const headers = new Headers(forwarded === null ? {} : { 'x-forwarded-for': forwarded });
		expect(clientAddress(headers, socket, proxies)).toBe(expected);
	});

	it('is the socket’s when nobody is trusted', () => {
		expect(clientAddress(new Headers({ 'x-forwarded-for': '1.1.1.1' }), '10.1.2.3', [])).toBe('10.1.2.3');
	});

	it('reads several headers as one', () => {
		const headers = new Headers();
		headers.append('x-forwarded-for', '1.1.1.1');
		headers.append('x-forwarded-for', '203.0.113.9');
		expect(clientAddress(headers, '10.1.2.3', proxies)).toBe('203.0.113.9');
	});
});

describe('a proxy that is not among the trusted ones is named, once', () => {
	const forwarded = (name = 'x-forwarded-for') => new Headers({ [name]: '203.0.113.9' });
	const asked = (trustedProxies: readonly string[]) => {
		const { log, lines } = recordingLog();
		return { lines, address: createClientAddress({ trustedProxies, log }) };
	};

	it.each([
		['nobody is trusted', [], '10.1.2.3', 'x-forwarded-for'],
		['another is', ['192.168.0.0/16'], '10.1.2.3', 'x-forwarded-for'],
		['it writes Forwarded', [], '10.1.2.3', 'forwarded'],
		['the socket shows IPv4 in IPv6', [], '::ffff:10.1.2.3', 'x-forwarded-for'],
	])('%s', (_case, trusted, socket, header) => {
		const { lines, address } = asked(trusted);
		expect(address(forwarded(header), socket)).toBe('10.1.2.3');
		expect(lines).toEqual([
			{ level: 'warn', fields: { peer: '10.1.2.3' }, message: expect.stringMatching(/share.*PORTAL_TRUSTED_PROXIES/) },
		]);
		expect(JSON.stringify(lines)).not.toContain('203.0.113.9');
	});

	it('however many requests follow, from however many', () => {
		const { lines, address } = asked([]);
		for (let host = 1; host < 200; host += 1) address(forwarded(), `10.1.2.${host}`);
		expect(lines.map(({ fields }) => fields)).toEqual([{ peer: '10.1.2.1' }]);
	});

	it('not a trusted one, nor a client without proxy, and a later one still is', () => {
		const { lines, address } = asked(['10.0.0.0/8']);
		expect(address(forwarded(), '10.1.2.3')).toBe('203.0.113.9');
		address(new Headers(), '192.0.2.1');
		expect(lines).toEqual([]);
		address(forwarded(), '192.0.2.1');
		expect(lines).toHaveLength(1);
	});

	it('to nobody in a sandbox, which no proxy stands before', () => {
		const address = createClientAddress({ trustedProxies: [], log: null });
		expect(address(forwarded(), '10.1.2.3')).toBe('10.1.2.3');
	});
});
