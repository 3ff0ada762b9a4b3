import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { err, ok, type Result } from '#core/result';
import { explainConnection, type Trouble } from './trouble.ts';

const MOST_BYTES = 16 * 1024 * 1024;

export interface HttpRequest {
	readonly method: string;
	/** Path and query. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Where the connection goes. */
	readonly connect: URL;
	/** The name or address that is asked for: Host, and over TLS what the certificate has to be for. */
	readonly host: URL;
	readonly timeoutMs: number;
	readonly stop?: AbortSignal;
}

export interface HttpAnswer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
}

/**
 * One request on a connection of its own, so that replicas behind a load balancer get their turn. With node:http, since
 * fetch does not let a caller say another Host than that of the address. Redirects are answers: they are not followed.
 */
export function exchange(input: HttpRequest): Promise<Result<HttpAnswer, Trouble>> {
	const { connect, host, timeoutMs, stop } = input;
	const secure = connect.protocol === 'https:';
	const name = bare(host.hostname);
	const where = connect.origin;
	return new Promise((resolve) => {
		let timer: NodeJS.Timeout | undefined;
		const end = (result: Result<HttpAnswer, Trouble>): void => {
			clearTimeout(timer);
			stop?.removeEventListener('abort', onStop);
			resolve(result);
			request.destroy();
		};
		const fail = (trouble: Trouble): void => end(err(trouble));
		const onStop = (): void => fail({ code: 'interrupted', reason: 'It was interrupted.' });
		const options: RequestOptions = {
			host: bare(connect.hostname),
			port: connect.port === '' ? (secure ? 443 : 80) : connect.port,
			method: input.method,
			path: input.path,
			headers: {
				...input.headers,
				host: host.host,
				connection: 'close',
				...(input.body === undefined ? {} : { 'content-length': Buffer.byteLength(input.body) }),
			},
			// What TLS asks for is never an address, and Node would then check the certificate against `connect`.
			...(secure && isIP(name) === 0 ? { servername: name } : {}),
			...(secure ? { checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate) } : {}),
		};
		const request = (secure ? requestHttps : requestHttp)(options, (response) => {
			readText(response).then(
				(text) =>
					text === null
						? fail({ code: 'not_the_portal', reason: `${where}: the answer is longer than any of the portal’s.` })
						: end(ok({ status: response.statusCode ?? 0, headers: response.headers, text })),
				(cause) => fail(explainConnection(cause, where)),
			);
		});
		// Not once: destroying what is under way may say so again, and nobody waits for it any more.
		request.on('error', (cause) => fail(explainConnection(cause, where)));
		timer = setTimeout(() => {
			const seconds = Math.round(timeoutMs / 1000);
			fail({
				code: 'timeout',
				reason: `${where} did not answer ${input.method} ${input.path.split('?')[0]} within ${seconds} s (--timeout).`,
			});
		}, timeoutMs);
		if (stop?.aborted === true) return onStop();
		stop?.addEventListener('abort', onStop);
		request.end(input.body);
	});
}

/** An IPv6 address without its brackets. */
function bare(hostname: string): string {
	return hostname.replace(/^\[|\]$/g, '');
}

/** Null when it is longer than {@link MOST_BYTES}. */
async function readText(response: IncomingMessage): Promise<string | null> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of response as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > MOST_BYTES) return null;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}
