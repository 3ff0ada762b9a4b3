/*
 * The sandbox GitHub as a GitHub Enterprise Server behind TLS, for a real github-mcp-server with GITHUB_HOST=https://github.test
 * (the name must lead here, port 443 or a Service that maps it; SSL_CERT_FILE names the CA):
 *
 *   node src/sandbox/main.ts --no-sidecar --enterprise --host 0.0.0.0 --port 8443 --tls-cert cert.pem --tls-key key.pem \
 *     --origin https://github.test --github-port 3001 --token ghp_sandbox --login acme-sarc-bot --scopes repo
 *
 * Pages, /api/v3 and /api/graphql answer at https://github.test; the switches stay on http://127.0.0.1:3001/_sandbox/…, and
 * answer to loopback only: from the same network namespace, or through a port-forward.
 * More tokens: POST /_sandbox/tokens {"token":"ghp_x","login":"x","scopes":["repo"]} with content-type application/json.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type SandboxGitHubOptions, startSandboxGitHub } from '#sandbox/github/server';
import { startSandboxSidecar } from '#sandbox/sidecar/server';

const usage = `Runs the sandbox GitHub and its sidecar alone.

  node src/sandbox/main.ts [--host 127.0.0.1] [--github-port 3001] [--web-port 3002] [--sidecar-port 8082]
                           [--origin URL] [--state FILE] [--no-sidecar]
                           [--token ghp_sandbox] [--login sandbox] [--scopes repo]

  --enterprise --port 8443 [--tls-cert FILE --tls-key FILE]
      pages and API on one port, as GitHub Enterprise Server has them; the port of the API and the
      switches (--github-port) then listens on 127.0.0.1 only
  --origin https://github.test
      the origin that links to the pages carry, when it is not the one listened on
`;

const { values } = parseArgs({
	options: {
		host: { type: 'string', default: '127.0.0.1' },
		'github-port': { type: 'string', default: '3001' },
		'web-port': { type: 'string', default: '3002' },
		'sidecar-port': { type: 'string', default: '8082' },
		enterprise: { type: 'boolean', default: false },
		port: { type: 'string', default: '8443' },
		'tls-cert': { type: 'string' },
		'tls-key': { type: 'string' },
		origin: { type: 'string' },
		state: { type: 'string' },
		token: { type: 'string', default: 'ghp_sandbox' },
		login: { type: 'string', default: 'sandbox' },
		scopes: { type: 'string', default: 'repo' },
		'no-sidecar': { type: 'boolean', default: false },
		help: { type: 'boolean', default: false },
	},
});

function enterprise(): Pick<SandboxGitHubOptions, 'enterprise' | 'host' | 'webPort'> {
	if (!values.enterprise) return { host: values.host, webPort: Number(values['web-port']) };
	const { 'tls-cert': cert, 'tls-key': key } = values;
	if ((cert === undefined) !== (key === undefined)) throw new Error('--tls-cert and --tls-key belong together');
	const tls =
		cert === undefined || key === undefined ? {} : { tls: { cert: readFileSync(cert), key: readFileSync(key) } };
	return { enterprise: { host: values.host, port: Number(values.port), ...tls } };
}

if (values.help) {
	process.stdout.write(usage);
} else {
	const github = await startSandboxGitHub({
		...enterprise(),
		apiPort: Number(values['github-port']),
		...(values.origin === undefined ? {} : { webOrigin: values.origin }),
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
			`GitHub API   ${values.enterprise ? github.webUrl : github.apiUrl}/api/v3  (GraphQL /api/graphql)`,
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
