/*
 * Stands in the place of /server/github-mcp-server where the real one is not at hand: the sandbox's sidecar, started as the
 * real one is. It takes the arguments that the real one has and refuses all others, since a wrong one must fail here too.
 */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseArgs } from 'node:util';
import { startSandboxSidecar } from '#sandbox/sidecar/server';

const OPTIONS = {
	port: { type: 'string', default: '8082' },
	'gh-host': { type: 'string' },
	tools: { type: 'string' },
	toolsets: { type: 'string' },
	'exclude-tools': { type: 'string' },
	'read-only': { type: 'boolean', default: false },
} as const;

function fail(message: string): never {
	process.stderr.write(`Error: ${message}\n`);
	process.exit(1);
}

function readArguments() {
	const [command, ...args] = process.argv.slice(2);
	if (command !== 'http') fail(`unknown command "${command}"`);
	try {
		return parseArgs({ args, options: OPTIONS }).values;
	} catch (cause) {
		return fail((cause as Error).message);
	}
}

const names = (text: string | undefined): string[] => (text ?? '').split(',').filter((name) => name !== '');
const given = <Name extends string>(name: Name, list: string[]) =>
	(list.length === 0 ? {} : { [name]: list }) as Partial<Record<Name, string[]>>;

const args = readArguments();
const githubUrl = args['gh-host'] ?? process.env.GITHUB_HOST ?? '';
if (!/^https?:\/\//.test(githubUrl)) fail(`GITHUB_HOST has no scheme: ${githubUrl}`);
const authority = process.env.SSL_CERT_FILE;
if (authority !== undefined) {
	setDefaultCACertificates([...getCACertificates('default'), readFileSync(authority, 'utf8')]);
}
// As the first process of a container it hears no signal that it does not listen for.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
startSandboxSidecar({
	host: '0.0.0.0',
	port: Number(args.port),
	githubUrl,
	flags: {
		...given('tools', names(args.tools ?? process.env.GITHUB_TOOLS)),
		...given('toolsets', names(args.toolsets ?? process.env.GITHUB_TOOLSETS)),
		...given('excludeTools', names(args['exclude-tools'])),
		readOnly: args['read-only'],
	},
}).then(
	() => process.stderr.write(`serving on ${args.port}\n`),
	(cause: Error) => fail(cause.message),
);
