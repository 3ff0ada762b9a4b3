import { parseArgs } from 'node:util';
import { startSandboxGitHub } from '#sandbox/github/server';
import { startSandboxSidecar } from '#sandbox/sidecar/server';

const usage = `Runs the sandbox GitHub and its sidecar alone.

  node src/sandbox/main.ts [--host 127.0.0.1] [--github-port 3001] [--web-port 3002] [--sidecar-port 8082]
                           [--state FILE] [--token ghp_sandbox] [--login sandbox] [--scopes repo] [--no-sidecar]
`;

const { values } = parseArgs({
	options: {
		host: { type: 'string', default: '127.0.0.1' },
		'github-port': { type: 'string', default: '3001' },
		'web-port': { type: 'string', default: '3002' },
		'sidecar-port': { type: 'string', default: '8082' },
		state: { type: 'string' },
		token: { type: 'string', default: 'ghp_sandbox' },
		login: { type: 'string', default: 'sandbox' },
		scopes: { type: 'string', default: 'repo' },
		'no-sidecar': { type: 'boolean', default: false },
		help: { type: 'boolean', default: false },
	},
});

if (values.help) {
	process.stdout.write(usage);
} else {
	const github = await startSandboxGitHub({
		host: values.host,
		apiPort: Number(values['github-port']),
		webPort: Number(values['web-port']),
		...(values.state === undefined ? {} : { stateFile: values.state }),
	});
	// A fine-grained token has permissions instead of scopes; this one may write issues everywhere.
	const fine = values.token.startsWith('github_pat_') ? { fineGrained: { issues: 'write' as const } } : {};
	github.state.addToken({ token: values.token, login: values.login, scopes: values.scopes.split(','), ...fine });
	const sidecar = values['no-sidecar']
		? undefined
		: await startSandboxSidecar({
				host: values.host,
				port: Number(values['sidecar-port']),
				githubUrl: github.apiUrl,
			});
	process.stdout.write(
		[
			`GitHub API   ${github.apiUrl}/api/v3  (GraphQL ${github.apiUrl}/api/graphql)`,
			`Issues       ${github.webUrl}`,
			`Sidecar      ${sidecar?.url ?? 'not started'}`,
			`Switches     ${github.apiUrl}/_sandbox/state`,
			`Token        ${values.token} (${values.login})`,
			'',
		].join('\n'),
	);
	const stop = () => void Promise.all([sidecar?.close(), github.close()]);
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}
