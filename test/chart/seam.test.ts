import { describe, expect, it } from 'vitest';
import { pinnedTools } from '#core/registry/pins';
import { one, render, tryRender, withChangedChart } from './helm.ts';
import { askRealServer } from './real-server.ts';
import { checks } from './seam.ts';

const enabled = { mcp: { github: { enabled: true } } };
type Bug = keyof typeof checks;
type Edits = readonly (readonly [file: string, from: string, to: string])[];

const SIDECAR = 'templates/github-mcp-deployment.yaml';
const HELPERS = 'templates/_helpers.tpl';

/** Each bug as a change of the chart that would bring it back, and what its check must then say. */
const broughtBack: [Bug, string, Edits, string[]][] = [
	[
		'wrong image tag',
		'the portal’s tag is not its version',
		[['Chart.yaml', 'appVersion: "0.1.0"', 'appVersion: "v0.1.0"']],
		['migrate: image ghcr.io/sarc-portal/portal:v0.1.0', 'portal: image ghcr.io/sarc-portal/portal:v0.1.0'],
	],
	[
		'wrong image tag',
		'the sidecar’s tag is another than the code was written for',
		[
			['values.yaml', 'tag: v1.0.4', 'tag: v1.1.0'],
			[HELPERS, '"sidecar.version" -}}1.0.4', '"sidecar.version" -}}1.1.0'],
		],
		['github-mcp: image ghcr.io/github/github-mcp-server:v1.1.0'],
	],
	[
		'missing env wiring',
		'nobody tells the portal where the sidecar is',
		[[HELPERS, '{{- $_ := set $settings "MCP_GITHUB_SERVER_URL" (include "sidecar.url" .) -}}', '']],
		['the portal looks for the sidecar at null'],
	],
	[
		'missing env wiring',
		'the settings are not given to the container',
		[['templates/deployment.yaml', 'envFrom:\n            - configMapRef:\n                name: {{ $name }}', '']],
		['PORTAL_URL is required'],
	],
	[
		'missing env wiring',
		'the portal is told another name or port',
		[[HELPERS, 'http://karc-portal-github-mcp:8082/', 'http://github-mcp:8080/']],
		['the portal looks for the sidecar at http://github-mcp:8080/'],
	],
	[
		'missing env wiring',
		'the sidecar’s tools are not held to be exactly ours',
		[[HELPERS, '{{- $_ := set $settings "MCP_GITHUB_EXACT_TOOLS" "true" -}}', '']],
		['the portal does not check that the sidecar serves nothing else'],
	],
	[
		'missing env wiring',
		'the sidecar listens on another port than its Service leads to',
		[[SIDECAR, '- "8082"', '- "8080"']],
		['the Service leads to another port'],
	],
	[
		'non-root mismatch',
		'the sidecar must not be root, and its image says root',
		[[HELPERS, '  runAsUser: {{ . }}\n', '']],
		['github-mcp: runAsUser is undefined', 'portal: runAsUser is undefined'],
	],
	[
		'non-root mismatch',
		'the portal runs as somebody whom its image was not made for',
		[[HELPERS, '"portal.uid" -}}10001', '"portal.uid" -}}1000']],
		['portal: runs as 1000:1000, its image is made for another'],
	],
	[
		'deprecated argument',
		'an argument that leaves no tool in http mode, and that the next version does not know',
		[[SIDECAR, '            - "8082"\n', '            - "8082"\n            - --dynamic-toolsets\n']],
		['argument --dynamic-toolsets'],
	],
	[
		'deprecated argument',
		'an argument of a later version',
		[[SIDECAR, '            - "8082"\n', '            - "8082"\n            - --listen-host=0.0.0.0\n']],
		['argument --listen-host'],
	],
	['deprecated argument', 'the image’s own command', [[SIDECAR, '- http\n', '- stdio\n']], ['the command is stdio']],
	[
		'stale tool name',
		'a tool that was renamed upstream, in values and guard alike',
		[
			['values.yaml', '- issue_write\n', '- create_issue\n'],
			[HELPERS, 'issue_read issue_write', 'issue_read create_issue'],
		],
		['serves create_issue', 'lacks issue_write'],
	],
	[
		'stale tool name',
		'a tool that the portal came to need',
		[
			['values.yaml', '      - search_issues\n', ''],
			[HELPERS, ' search_issues', ''],
		],
		['lacks search_issues'],
	],
];

describe('[chart-seam] the five places where chart, code and images must agree', () => {
	for (const [bug, check] of Object.entries(checks)) {
		it(`${bug}: the chart as it is has none`, () => {
			expect(check(render(enabled))).toEqual([]);
		});
	}

	it.each(broughtBack)('%s is found when it is put back: %s', (bug, _how, edits, found) => {
		withChangedChart(edits, (chart) => {
			const problems = checks[bug](render(enabled, { chart })).join('\n');
			for (const problem of found) expect(problems).toContain(problem);
		});
	});

	const fromValues: [Bug, object][] = [
		['wrong image tag', { image: { tag: 'v1.1.0' } }],
		['deprecated argument', { args: ['--dynamic-toolsets'] }],
		['stale tool name', { tools: ['create_issue'] }],
	];
	it.each(fromValues)('%s is refused when a value brings it', (_bug, github) => {
		expect(tryRender({ mcp: { github: { enabled: true, ...github } } })).toMatchObject({ ok: false });
	});

	it('missing env wiring is refused when a value brings it', () => {
		const values = { ...enabled, env: { MCP_GITHUB_SERVER_URL: 'http://github-mcp:8082/' } };
		expect(tryRender(values)).toMatchObject({ ok: false });
	});

	it('non-root mismatch cannot come from a value: there is none for it', () => {
		expect(tryRender({ ...enabled, securityContext: { runAsUser: 0 } })).toMatchObject({ ok: false });
		expect(one(render(enabled), 'Deployment').spec.template.spec.securityContext.runAsUser).toBe(10_001);
	});
});

// scripts/test.ts says REAL SIDECAR NOT RUN when there is none.
const server = process.env.GITHUB_MCP_SERVER_BIN;
if (server !== undefined) {
	it('[chart-seam] the real server, with the chart’s arguments, answers the probe and serves exactly the portal’s tools', async () => {
		const { template } = one(render(enabled), 'Deployment', 'karc-portal-github-mcp').spec;
		const [{ args, readinessProbe }] = template.spec.containers;
		expect(await askRealServer(server, args, readinessProbe.httpGet.path)).toEqual({
			status: 200,
			tools: pinnedTools('github').map(({ name }) => name),
		});
	});
}
