/*
 * Stands in the place of /server/github-mcp-server where the real one is not at hand: the sandbox's sidecar, started as the
 * real one is. It takes the arguments that the real one has and refuses all others, since a wrong one must fail here too.
 */
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseArgs } from 'node:util';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { toolDefinitions } from '#sandbox/sidecar/tools';

const OPTIONS = {
	port: { type: 'string', default: '8082' },
	'gh-host': { type: 'string' },
	'base-url': { type: 'string' },
	'base-path': { type: 'string' },
	tools: { type: 'string' },
	toolsets: { type: 'string' },
	'exclude-tools': { type: 'string' },
	'read-only': { type: 'boolean' },
} as const;

function fail(message: string): never {
	process.stderr.write(`Error: ${message}\n`);
	process.exit(1);
}

function settings() {
	const [command, ...args] = process.argv.slice(2);
	if (command !== 'http') fail(`unknown command "${command}" for "server"`);
	try {
		return parseArgs({ args, options: OPTIONS }).values;
	} catch (cause) {
		return fail((cause as Error).message);
	}
}

const { port, tools, ...values } = settings();
const githubUrl = values['gh-host'] ?? process.env.GITHUB_HOST ?? '';
if (!/^https?:\/\//.test(githubUrl))
	fail(`failed to parse API host: host must have a scheme (http or https): ${githubUrl}`);
const authority = process.env.SSL_CERT_FILE;
if (authority !== undefined) {
	setDefaultCACertificates([...getCACertificates('default'), readFileSync(authority, 'utf8')]);
}
const ceiling = (tools ?? process.env.GITHUB_TOOLS ?? '').split(',').filter((name) => name !== '');
const isKnown = (name: string): boolean => toolDefinitions.some((tool) => tool.name === name);

/** The list that a request sees under a static list. One typo in that list, and there is none: the real one is like that. */
function narrowed(asked: string | undefined): string | undefined {
	if (ceiling.length === 0 || !ceiling.every(isKnown)) return asked;
	const within = (asked ?? '').split(',').filter((name) => ceiling.includes(name.trim()));
	return (within.length === 0 ? ceiling : within).join(',');
}

async function main(): Promise<void> {
	// The sandbox's sidecar knows no static list: it stands behind, and each request passes with the list that it may see.
	const { url } = await startSandboxSidecar({ githubUrl });
	createServer((incoming, outgoing) => {
		const { 'x-mcp-tools': asked, ...headers } = incoming.headers;
		const list = narrowed(asked?.toString());
		const passed = request(
			new URL(incoming.url ?? '/', url),
			{
				method: incoming.method,
				headers: { ...headers, host: new URL(url).host, ...(list === undefined ? {} : { 'x-mcp-tools': list }) },
			},
			(answer) => {
				outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(outgoing);
			},
		);
		passed.on('error', () => outgoing.destroy());
		incoming.pipe(passed);
	}).listen(Number(port), '0.0.0.0', () => process.stderr.write(`serving on ${port}\n`));
}

// As the first process of a container it hears no signal that it does not listen for.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
main().catch((cause: Error) => fail(cause.message));
