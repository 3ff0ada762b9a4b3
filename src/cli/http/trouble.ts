import type { RefusalCode } from '#core/refusals';

/** What this side of the connection finds out by itself; every other code is the portal's (src/core/refusals.ts). */
export type LocalCode =
	/** Nobody answers there. */
	| 'unreachable'
	| 'tls'
	| 'timeout'
	| 'redirected'
	/** Something answered, and it was not the portal. */
	| 'not_the_portal'
	/** The portal's answer is not what it has to be. */
	| 'mismatch'
	/** Ctrl+C, or a termination signal. */
	| 'interrupted';

export interface Trouble {
	readonly code: RefusalCode | LocalCode;
	/** For a person: what is wrong and what to do. May hold text of whoever answered: print it through `printable`. */
	readonly reason: string;
	readonly status?: number;
	/** Seconds. */
	readonly retryAfter?: number | undefined;
	/** The problem body, as it came. */
	readonly body?: Readonly<Record<string, unknown>>;
}

const CERTIFICATE_CODES: Readonly<Record<string, string>> = {
	CERT_HAS_EXPIRED: 'the certificate has expired; renew it, or set this machine’s clock',
	CERT_NOT_YET_VALID: 'the certificate is not valid yet; is this machine’s clock right?',
	ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name; use the name that it is for',
};

/** A connection that failed, in words. `where` = scheme, host and port that were tried. */
export function explainConnection(cause: unknown, where: string): Trouble {
	const code = errorCode(cause);
	const certificate = CERTIFICATE_CODES[code];
	if (certificate !== undefined) return { code: 'tls', reason: `${where}: ${certificate} (${code}).` };
	if (/CERT|ISSUER|SIGNATURE|SELF_SIGNED/.test(code)) {
		const fix = 'When it comes from a private CA, name that CA’s file: NODE_EXTRA_CA_CERTS=/path/ca.pem.';
		return { code: 'tls', reason: `${where}: the certificate is not from a CA that is trusted here (${code}). ${fix}` };
	}
	if (/^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code)) {
		return {
			code: 'tls',
			reason: `${where}: TLS fails (${code}). Does that port speak https? Check the scheme and the port.`,
		};
	}
	if (code.startsWith('HPE_')) {
		return {
			code: 'not_the_portal',
			reason: `${where}: what answers does not speak HTTP (${code}). Check the scheme and the port.`,
		};
	}
	switch (code) {
		case 'ECONNREFUSED':
			return unreachable(
				`${where} refuses the connection: nothing listens there. Is the portal running, and is the port right?`,
			);
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return unreachable(
				`The name in ${where} cannot be looked up (${code}). Check its spelling and this machine’s DNS.`,
			);
		case 'ECONNRESET':
		case 'EPIPE':
			return unreachable(
				`${where} cut the connection before it had answered (${code}). A proxy or NetworkPolicy on the way, or a restart?`,
			);
		case 'ETIMEDOUT':
		case 'EHOSTUNREACH':
		case 'ENETUNREACH':
			return unreachable(
				`${where} cannot be reached from here (${code}). Is a firewall, a NetworkPolicy or a VPN in the way?`,
			);
		default:
			return unreachable(`${where}: the connection failed${code === '' ? '' : ` (${code})`}.`);
	}
}

function unreachable(reason: string): Trouble {
	return { code: 'unreachable', reason };
}

/** Several addresses are tried for one name: then the error holds one for each. */
function errorCode(cause: unknown): string {
	if (cause instanceof AggregateError && cause.errors.length > 0) return errorCode(cause.errors[0]);
	const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
	return typeof code === 'string' ? code : '';
}
