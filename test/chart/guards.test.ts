import { describe, expect, it } from 'vitest';
import { tryRender } from './helm.ts';

const sidecar = (github: object, more: object = {}) => ({ mcp: { github: { enabled: true, ...github } }, ...more });
const SMOKE = { enabled: true, tenant: 'a', owner: 'b', repo: 'c', email: 'd@e.f', existingSecret: 'g' };

/** Each: what is set, what is said about it. Every sentence says what to do. */
const guards: [string, object, RegExp][] = [
	[
		'an ingress for nobody’s name',
		{ env: { PORTAL_URL: '' }, ingress: { enabled: true } },
		/ingress\.enabled needs env\.PORTAL_URL, .* Give the origin/,
	],
	[
		'one key for both ends of a rotation',
		{ rootKey: { existingSecret: 'key', previous: { existingSecret: 'key' } } },
		/name the same key of the same Secret\. Put the new key into a Secret of its own/,
	],
	[
		'the same, by the default’s name',
		{ rootKey: { previous: { existingSecret: 'karc-portal-root-key' } } },
		/name the same key of the same Secret/,
	],
	[
		'a trial without database and root key',
		{ trialSecret: { create: true } },
		/neither trialSecret\.data\.DATABASE_URL nor database\.existingSecret is set\. Set one[\s\S]*PORTAL_SECRET nor rootKey\.existingSecret/,
	],
	[
		'a trial’s secrets without the trial',
		{ trialSecret: { data: { DATABASE_URL: 'postgresql://a/b' } } },
		/trialSecret\.data\.DATABASE_URL is set but trialSecret\.create is false/,
	],
	[
		'half of a first admin',
		{ trialSecret: { create: true, data: { PORTAL_ADMIN_EMAIL: 'a@example.com' } } },
		/belong together: set both or neither/,
	],
	['the portal’s tag latest', { image: { tag: 'latest' } }, /image\.tag is latest, .* Leave it empty/],
	[
		'the sidecar’s tag latest',
		sidecar({ image: { tag: 'latest' } }),
		/mcp\.github\.image\.tag is latest, .* Leave it at v1\.0\.4/,
	],
	[
		'another version of the sidecar',
		sidecar({ image: { tag: 'v1.0.5' } }),
		/mcp\.github\.image\.tag is v1\.0\.5, but this portal knows the tools of v1\.0\.4 .* Leave it at v1\.0\.4/,
	],
	['a longer version of the sidecar', sidecar({ image: { tag: 'v1.0.41' } }), /mcp\.github\.image\.tag is v1\.0\.41/],
	[
		'an ingress for another host',
		{ ingress: { enabled: true, host: 'other.example.com' } },
		/ingress\.host is other\.example\.com, but the portal answers under portal\.example\.com alone .* Leave ingress\.host empty/,
	],
	['a host without an ingress', { ingress: { host: 'portal.example.com' } }, /Set ingress\.enabled=true, or leave/],
	['two private CAs', { privateCA: { configMap: 'a', secret: 'b' } }, /privateCA.* are both set\. Name one of them/],
	[
		'too little time to stop',
		{ terminationGracePeriodSeconds: 49 },
		/terminationGracePeriodSeconds is 49, but a clean stop needs 50: .* Leave it empty/,
	],
	[
		'too little time to stop after a longer delay',
		{ terminationGracePeriodSeconds: 60, env: { PORTAL_SHUTDOWN_DELAY_MS: 20_500 } },
		/is 60, but a clean stop needs 66/,
	],
	['a maximum below the minimum', { autoscaling: { enabled: true, minReplicas: 7 } }, /minReplicas is more than/],
	...['PORT', 'PORTAL_URL', 'DATABASE_URL', 'PORTAL_SECRET', 'NODE_EXTRA_CA_CERTS'].map(
		(name): [string, object, RegExp] => [
			`extraEnv with ${name}`,
			{ extraEnv: [{ name, value: 'x' }] },
			new RegExp(`extraEnv sets ${name}, which has a value of its own`),
		],
	),
	[
		'Cilium’s policy alone',
		{ networkPolicy: { enabled: false, cilium: { enabled: true } } },
		/needs networkPolicy\.enabled/,
	],
	[
		'a smoke of nothing',
		{ smoke: { enabled: true } },
		/smoke\.tenant is missing[\s\S]*smoke\.repo is missing[\s\S]*smoke\.existingSecret is missing\. Make a Secret/,
	],
	...[
		'--url=http://evil.example',
		'--connect=http://evil.example',
		'--email=eve@example.com',
		'--tenant=other',
		'--owner=eve',
		'--repo=other',
		'--token=karc_pat_x',
		'--wait=1',
		'--timeout',
		'--timeout=1 --url=http://evil.example',
		'--json=true',
		'--json\n',
		'--',
	].map((arg): [string, object, RegExp] => [
		`the smoke’s argument ${JSON.stringify(arg)}`,
		{ smoke: { ...SMOKE, extraArgs: ['--json', arg] } },
		new RegExp(`smoke\\.extraArgs has ${arg.split('=')[0]}\\. Allowed: --json, --skip-flag, --timeout=SECONDS`),
	]),
	[
		'another server beside the sidecar',
		sidecar({}, { env: { MCP_GITHUB_SERVER_URL: 'http://github-mcp:8082/' } }),
		/env\.MCP_GITHUB_SERVER_URL is http:\/\/github-mcp:8082\/, but .* at http:\/\/karc-portal-github-mcp:8082\/ .* Leave .* empty, or, to use your own server, set mcp\.github\.enabled=false/,
	],
	[
		'a restricted path of the sidecar',
		sidecar({}, { env: { MCP_GITHUB_SERVER_URL: 'http://karc-portal-github-mcp:8082/mcp/readonly' } }),
		/env\.MCP_GITHUB_SERVER_URL is .*readonly, but/,
	],
	[
		'a sidecar that may serve more',
		sidecar({}, { env: { MCP_GITHUB_EXACT_TOOLS: 'false' } }),
		/MCP_GITHUB_EXACT_TOOLS is false, .* Leave it empty/,
	],
	[
		'the same, as a boolean',
		sidecar({}, { env: { MCP_GITHUB_EXACT_TOOLS: false } }),
		/MCP_GITHUB_EXACT_TOOLS is false/,
	],
	[
		'pages of another GitHub',
		sidecar({ host: 'https://github.example.com' }, { env: { GITHUB_WEB_URL: 'https://github.com' } }),
		/GITHUB_WEB_URL is https:\/\/github\.com, but mcp\.github\.host says https:\/\/github\.example\.com\. Leave/,
	],
	[
		'a stale tool name',
		sidecar({ tools: ['add_issue_comment', 'create_issue', 'get_me', 'issue_read', 'list_issues', 'search_issues'] }),
		/mcp\.github\.tools names create_issue, .* serves every tool it has\. Leave .* as it is[\s\S]*mcp\.github\.tools lacks issue_write/,
	],
	[
		'a missing tool',
		sidecar({ tools: ['get_me'] }),
		/mcp\.github\.tools lacks add_issue_comment, issue_read, issue_write, list_issues, search_issues/,
	],
	...[
		['--dynamic-toolsets', /--dynamic-toolsets: in http mode it leaves no tool at all/],
		['--dynamic_toolsets=true', /--dynamic_toolsets: in http mode it leaves no tool at all/],
		['--toolsets=all', /--toolsets: the portal needs exactly the tools/],
		['--tools=issue_write', /--tools: the chart sets it/],
		['--read-only', /--read-only: the portal could not write/],
		['--port=9000', /--port: the chart sets it/],
		['--gh-host=https://github.example.com', /--gh-host: use mcp\.github\.host instead/],
		['--lockdown-mode', /--lockdown-mode: v1\.0\.4 keeps the first caller's credential/],
		[
			'--listen-host=127.0.0.1',
			/--listen-host, which github-mcp-server v1\.0\.4 does not know.* Allowed: --content-window-size/,
		],
		['--content-window-size', /--content-window-size without a value/],
	].map(([arg, says]): [string, object, RegExp] => [`the argument ${arg}`, sidecar({ args: [arg] }), says as RegExp]),
];

describe('[chart-fail-early] a combination that could not work is refused, with what to do', () => {
	it.each(guards)('%s', (_what, values, says) => {
		const done = tryRender(values);
		expect(done).toMatchObject({ ok: false, why: expect.stringMatching(says) });
	});

	it('all of them at once, not one after the other', () => {
		const done = tryRender({ smoke: { enabled: true }, ingress: { enabled: true } }, { bare: true });
		if (done.ok) throw new Error('rendered what cannot work');
		expect(done.why).toContain('This cannot work as it is set:');
		for (const what of ['ingress.enabled needs', 'smoke.tenant is missing', 'smoke.existingSecret is missing']) {
			expect(done.why).toContain(`- ${what}`);
		}
	});
});

it('[chart-fail-early] a Kubernetes that lacks what the pods use is refused, one with a cloud’s suffix is not', () => {
	expect(tryRender({}, { kubernetes: 'v1.29.9' })).toMatchObject({ ok: false, why: expect.stringContaining('1.30') });
	for (const kubernetes of ['v1.30.0', 'v1.30.1-gke.1', 'v1.36.3']) {
		expect(tryRender({}, { kubernetes })).toMatchObject({ ok: true });
	}
});

describe('what could work is let through', () => {
	const fine: [string, object][] = [
		[
			'the sidecar’s own address, written out',
			sidecar({}, { env: { MCP_GITHUB_SERVER_URL: 'http://karc-portal-github-mcp:8082' } }),
		],
		['a server of one’s own', { env: { MCP_GITHUB_SERVER_URL: 'https://mcp.example.com/github/' } }],
		['a mirror’s build of the sidecar', sidecar({ image: { tag: '1.0.4-2' } })],
		['the sidecar’s arguments', sidecar({ args: ['--content-window-size=100', '--repo-access-cache-ttl=1m'] })],
		['the ingress host, written out', { ingress: { enabled: true, host: 'portal.example.com' } }],
		['more time to stop', { terminationGracePeriodSeconds: 120 }],
		[
			'a trial with a database of one’s own',
			{ database: { existingSecret: 'db' }, rootKey: { existingSecret: 'key' }, trialSecret: { create: true } },
		],
		['one replica', { replicas: 1 }],
		['the smoke’s arguments', { smoke: { ...SMOKE, extraArgs: ['--json', '--skip-flag', '--timeout=90'] } }],
		['a text with line breaks and tabs', { podAnnotations: { a: 'b\n\tc\r\n' } }],
		['a backslash before what would name a control character', { podAnnotations: { a: '\\u0085 \\u0001 \\b \\\\f' } }],
	];
	it.each(fine)('%s', (_what, values) => {
		expect(tryRender(values)).toMatchObject({ ok: true });
	});
});
