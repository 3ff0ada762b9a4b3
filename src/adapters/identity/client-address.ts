import { BlockList, isIP } from 'node:net';
import type { Log } from '#gateway/ports/log';

/**
 * `clientAddress` for one process. Behind a proxy that nobody listed all people share its address, and a few failed
 * sign-ins by anybody lock them all out; nothing else would show it. So the first such request is a warning, and no later
 * one: whoever reaches the portal can send the header, and must not fill the log with it.
 * @param log null: say nothing.
 */
export function createClientAddress(input: {
	readonly trustedProxies: readonly string[];
	readonly log: Pick<Log, 'warn'> | null;
}): (headers: Headers, socketAddress: string) => string {
	const { trustedProxies } = input;
	let { log } = input;
	return (headers, socketAddress) => {
		if (log !== null && (headers.has('x-forwarded-for') || headers.has('forwarded'))) {
			const peer = bare(socketAddress) ?? socketAddress;
			if (!isTrusted(blockList(trustedProxies), peer)) {
				log.warn({ peer }, UNLISTED_PROXY);
				log = null;
			}
		}
		return clientAddress(headers, socketAddress, trustedProxies);
	};
}

const UNLISTED_PROXY =
	'a request came through a proxy that PORTAL_TRUSTED_PROXIES does not list: all who come through it share one address, ' +
	'so a few failed sign-ins by one lock out everybody. If peer is your proxy, list its address or range there (chart: ' +
	'env.PORTAL_TRUSTED_PROXIES), and no other: who is listed can claim any address. If it is none, its header was not ' +
	'believed. This is said once per start.';

/**
 * The address that a request came from, as far as it can be known: the socket's, unless a trusted proxy holds it. Then
 * X-Forwarded-For is read from the right, past every trusted proxy, to the first address that is not one. Everything
 * further left was written by that client and could be anything.
 * @param trustedProxies addresses and CIDR ranges; checked by env.ts, and an entry that is none matches nothing.
 */
export function clientAddress(headers: Headers, socketAddress: string, trustedProxies: readonly string[]): string {
	let nearest = bare(socketAddress) ?? socketAddress;
	const trusted = blockList(trustedProxies);
	const hops = (headers.get('x-forwarded-for') ?? '').split(',');
	while (isTrusted(trusted, nearest)) {
		const hop = hops.pop();
		// Nothing left, or something that is no address: the proxy itself is the last that we know of.
		const address = hop === undefined ? null : bare(hop);
		if (address === null) return nearest;
		nearest = address;
	}
	return nearest;
}

/** The address without port, brackets, zone and IPv4-in-IPv6 prefix; null when it is none. */
function bare(text: string): string | null {
	const trimmed = text.trim();
	const address =
		/^\[(?<v6>[^\]]*)\](?::\d{1,5})?$/.exec(trimmed)?.groups?.v6 ??
		/^(?<v4>\d+\.\d+\.\d+\.\d+)(?::\d{1,5})?$/.exec(trimmed)?.groups?.v4 ??
		trimmed;
	const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
	return isIP(plain) === 0 ? null : plain.toLowerCase();
}

function isTrusted(trusted: BlockList, address: string): boolean {
	const family = isIP(address);
	return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Settings do not change while the process runs: one list per array. */
const lists = new WeakMap<readonly string[], BlockList>();

function blockList(entries: readonly string[]): BlockList {
	const known = lists.get(entries);
	if (known !== undefined) return known;
	const list = new BlockList();
	for (const entry of entries) {
		const [address = '', prefix] = entry.split('/');
		const family = isIP(address);
		if (family === 0) continue;
		list.addSubnet(
			address,
			prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix),
			`ipv${family === 4 ? 4 : 6}`,
		);
	}
	lists.set(entries, list);
	return list;
}
