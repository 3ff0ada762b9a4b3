import { describe, expect, it } from 'vitest';
import { type KubeObject, readAsHelm, renderText, tryRender } from './helm.ts';

/** Every value that takes free text, or a name, each made by `at` as a text of its own. */
function everywhere(at: () => string) {
	const labels = () => ({ matchLabels: { a: at() } });
	return {
		env: { MCP_GITHUB_SERVER_URL: '', PORTAL_URL: 'https://portal.example.com' },
		image: { pullSecrets: [at()] },
		database: { existingSecret: at(), key: at(), migration: { existingSecret: at(), key: at() } },
		rootKey: { existingSecret: at(), key: at(), previous: { existingSecret: at(), key: 'previous' } },
		firstAdmin: { existingSecret: at(), emailKey: at(), passwordKey: at() },
		trialSecret: {
			create: true,
			data: {
				DATABASE_URL: `postgresql://${at()}`,
				PORTAL_ADMIN_EMAIL: `a@${at()}`,
				PORTAL_ADMIN_PASSWORD: `${at()}twelve twelve`,
				PORTAL_SMOKE_PASSWORD: `${at()}twelve twelve`,
			},
		},
		privateCA: { secret: at(), key: at() },
		mcp: {
			github: {
				enabled: true,
				image: { pullSecrets: [at()] },
				args: [`--content-window-size=${at()}`],
				egressProxy: { noProxy: at() },
			},
		},
		extraEnv: [
			{ name: 'A', value: at() },
			{ name: 'B', valueFrom: { configMapKeyRef: { name: at(), key: at() } } },
		],
		extraVolumes: [{ name: at(), configMap: { name: at() } }],
		extraVolumeMounts: [{ name: at(), mountPath: `/${at()}`, subPath: at() }],
		podAnnotations: { a: at(), [at()]: 'b' },
		podLabels: { a: at() },
		nodeSelector: { a: at() },
		tolerations: [{ key: at(), value: at() }],
		affinity: { nodeAffinity: { any: at() } },
		priorityClassName: at(),
		topologySpreadConstraints: [{ maxSkew: 1, topologyKey: at(), whenUnsatisfiable: 'ScheduleAnyway' }],
		service: { annotations: { a: at() } },
		serviceAccount: { annotations: { a: at() } },
		ingress: { enabled: true, className: at(), annotations: { a: at() }, tlsSecret: at() },
		networkPolicy: {
			ingressController: [{ namespaceSelector: labels() }],
			prometheus: [{ podSelector: labels() }],
			dns: [{ podSelector: labels() }],
			postgres: { peers: [{ podSelector: labels() }] },
			portal: { extraIngress: [{ from: [{ podSelector: labels() }] }], extraEgress: [{ ports: [{ port: at() }] }] },
			github: { extraEgress: [{ to: [{ podSelector: labels() }] }] },
			cilium: { enabled: true, fqdns: [at()] },
		},
		metrics: {
			serviceMonitor: { enabled: true, labels: { a: at() } },
			prometheusRule: { enabled: true, labels: { a: at() }, runbookUrl: `https://wiki.example.com/${at()}` },
			dashboard: { enabled: true, labels: { a: at() } },
		},
		smoke: {
			enabled: true,
			tenant: at(),
			owner: at(),
			repo: at(),
			email: `a@${at()}`,
			existingSecret: at(),
			passwordKey: at(),
		},
	};
}

/** Plain, and found again in whatever is rendered of it. */
const plain = (index: number): string => `plain${index}x`;
const PLAIN = /plain(\d+)x/g;

function plainValues(): object {
	let count = 0;
	return everywhere(() => plain(count++));
}

/** The same with each plain text for which there is another one replaced, in names of fields as well. */
function replaced<T>(value: T, other: (index: number) => string | undefined): T {
	if (typeof value === 'string')
		return value.replaceAll(PLAIN, (text, index: string) => other(Number(index)) ?? text) as T;
	if (Array.isArray(value)) return value.map((item) => replaced(item, other)) as T;
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [replaced(name, other), replaced(inner, other)]),
	) as T;
}

/** Which plain texts stand at or below these places, which a refusal named as JSON pointers. */
function below(places: readonly string[]): Set<number> {
	const found = places.map((place) =>
		place
			.slice(1)
			.split('/')
			.reduce((at: unknown, name) => (at as Record<string, unknown>)[name], plainValues()),
	);
	return new Set([...JSON.stringify(found).matchAll(PLAIN)].map(([, index]) => Number(index)));
}

/** The objects without the hashes of what is in them. */
const withoutSums = (objects: readonly KubeObject[]): unknown =>
	JSON.parse(JSON.stringify(objects), (name, value) => (name.startsWith('checksum/') ? undefined : value));

describe('[chart-fail-early] a text that means something in YAML arrives as it was given, or is refused by its place', () => {
	const baseline = withoutSums(readAsHelm(renderText(plainValues())));

	it.each([
		['a colon at the end', 'a:'],
		['a colon and a space', 'a: b'],
		['a new line with a field', 'a\nb: c'],
		['a document', 'a\n---\nkind: Pod'],
		['a new line at the end', 'a\n'],
		['a return', 'a\r\nb'],
		['a tab', 'a\tb'],
		['a comment', 'a #b'],
		['spaces around', ' a '],
		['double quotes', '"a"b'],
		['single quotes', "'a'b"],
		['a backslash', 'a\\nb\\u0085\\'],
		['braces', '{a: b}'],
		['brackets', '[a, b]'],
		['a template', '{{ .Values.trialSecret.data }}'],
		['a list', '- a'],
		['an anchor', '&a b'],
		['an alias', '*a'],
		['a tag', '!!binary a'],
		['a block', '|a'],
		['a percent sign', '%a'],
		['an at sign', '@a'],
		['nothing', 'null'],
		['nothing, briefly', '~'],
		['a truth', 'true'],
		['a truth of YAML 1.1', 'on'],
		['a number', '123'],
		['a number with an exponent', '1e3'],
		['a number in base 16', '0x1f'],
		['a number in base 60', '1:30'],
		['a number with underscores', '1_000'],
		['a date', '2026-01-01'],
		['other writing', 'ä日本😀'],
		['a joiner', 'a\u200db'],
	])('%s', (_what, text) => {
		const first = tryRender(replaced(plainValues(), () => text));
		const places = first.ok
			? []
			: [...first.why.matchAll(/^ *- at '(\/[^']*)': (?!.*failed$)/gm)].map(([, place]) => place ?? '');
		expect(first.ok || places.length > 0, first.ok ? '' : first.why).toBe(true);
		const refused = below(places);
		const other = (index: number) => (refused.has(index) ? undefined : text);
		const objects = readAsHelm(renderText(replaced(plainValues(), other)));
		expect(withoutSums(objects)).toEqual(replaced(baseline, other));
	});

	it('and that is asked of more than names', () => {
		expect(JSON.stringify(baseline).match(PLAIN)?.length).toBeGreaterThan(80);
	});

	it('the release’s name and namespace too', () => {
		const where = { release: '123', namespace: '456' };
		const texts = withoutSums(readAsHelm(renderText(plainValues(), where)));
		const release = (text: string) => text.replaceAll('"anything"', '"123"').replaceAll('prod', '456');
		expect(texts).toEqual(JSON.parse(release(JSON.stringify(baseline))));
	});
});

describe('[chart-fail-early] a character that cannot be seen is refused: YAML would turn it into another, or drop the whole block', () => {
	it.each([
		['NEL, a new line of YAML 1.1', '\u0085'],
		['a line separator', '\u2028'],
		['a paragraph separator', '\u2029'],
		['NUL', '\0'],
		['BEL', '\u0007'],
		['a backspace', '\b'],
		['a form feed', '\f'],
		['ESC', '\u001b'],
		['DEL', '\u007f'],
		['a control character of Latin-1', '\u009b'],
		['a byte order mark', '\ufeff'],
	])('%s', (_what, character) => {
		const text = `a${character}b`;
		const smoke = { enabled: true, tenant: 'a', owner: 'b', repo: 'c', existingSecret: 'd', email: `a@b${text}` };
		for (const [top, values] of Object.entries({
			smoke: { smoke },
			networkPolicy: { networkPolicy: { prometheus: [{ podSelector: { matchLabels: { a: text } } }] } },
			podAnnotations: { podAnnotations: { [text]: 'b' } },
		})) {
			const done = tryRender(values);
			const why = expect.stringMatching(
				new RegExp(`${top} holds a control character, .*Type that text again|at '/${top}`),
			);
			expect(done).toMatchObject({ ok: false, why });
		}
	});
});
