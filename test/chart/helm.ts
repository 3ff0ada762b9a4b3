import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
export const CHART = join(ROOT, 'chart/karc-portal');
/** What an install of one's own sets at least: URL and database's address. Below every render that is not `bare`. */
export const MINIMAL = join(import.meta.dirname, 'values/minimal.yaml');
export const EVERYTHING = join(import.meta.dirname, 'values/everything.yaml');

let found: string | undefined;

/** The pinned helm (scripts/helm.ts); the first test on a machine waits for it to arrive. */
function program(): string {
	found ??= execFileSync(process.execPath, [join(ROOT, 'scripts/helm.ts'), 'helm'], { encoding: 'utf8' }).trim();
	return found;
}
const env = { ...process.env, KUBECONFIG: '/nonexistent' };

function helm(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
	return spawnSync(program(), args, { input, encoding: 'utf8', env });
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at any field of any kind; a wrong path fails the expectation
export type Anything = any;
/** A Kubernetes object as rendered. */
export interface KubeObject {
	readonly apiVersion: string;
	readonly kind: string;
	readonly metadata: {
		readonly name: string;
		readonly labels?: Record<string, string>;
		readonly annotations?: Record<string, string>;
	};
	readonly spec?: Anything;
	readonly data?: Record<string, string>;
	readonly stringData?: Record<string, string>;
}

type Rendered = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };
/** The same question gets the same answer; many tests begin with the default. */
const asked = new Map<string, Rendered>();

export interface RenderOptions {
	/** Further values files, before `values`. */
	readonly files?: readonly string[];
	/** Without the values of `MINIMAL`: the chart's own and these. */
	readonly bare?: boolean;
	readonly chart?: string;
	readonly release?: string;
	readonly namespace?: string;
	/** Of the cluster; without it, what helm was built with. */
	readonly kubernetes?: string;
}

/** Values as helm reads them: JSON is YAML but for characters that JSON leaves as they are and YAML does not keep. */
const asInput = (values: object): string =>
	JSON.stringify(values).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (character) => {
		return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
	});

/** What `helm template` says to these values: the text, or why not. */
export function tryRender(
	values: object = {},
	{ files = [], bare = false, chart = CHART, release = 'anything', namespace = 'prod', kubernetes }: RenderOptions = {},
): Rendered {
	const given = [...(bare ? [] : [MINIMAL]), ...files, '-'].flatMap((file) => ['-f', file]);
	const version = kubernetes === undefined ? [] : ['--kube-version', kubernetes];
	const args = ['template', release, chart, '-n', namespace, ...version, ...given];
	const input = asInput(values);
	const question = JSON.stringify([args, input]);
	const known = chart === CHART ? asked.get(question) : undefined;
	if (known !== undefined) return known;
	const done = helm(args, input);
	const answer: Rendered = done.status === 0 ? { ok: true, text: done.stdout } : { ok: false, why: done.stderr };
	asked.set(question, answer);
	return answer;
}

/** As `tryRender`, for values that must do. */
export function renderText(values: object = {}, options: RenderOptions = {}): string {
	const done = tryRender(values, options);
	if (!done.ok) throw new Error(done.why);
	return done.text;
}

export function render(values: object = {}, options: RenderOptions = {}): KubeObject[] {
	return parse(renderText(values, options));
}

export function parse(text: string): KubeObject[] {
	return parseAllDocuments(text).map((document) => {
		if (document.errors[0] !== undefined) throw document.errors[0];
		return document.toJS() as KubeObject;
	});
}

/** The objects of a render as helm reads them: in YAML 1.1, by the parser that makes what an API server is sent. */
export function readAsHelm(text: string): KubeObject[] {
	const folder = mkdtempSync(join(tmpdir(), 'karc-read-'));
	try {
		writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: read\nversion: 0.0.0\n');
		writeFileSync(join(folder, 'rendered'), text);
		mkdirSync(join(folder, 'templates'));
		const read =
			'{{ range regexSplit "(?m)^---.*$" (.Files.Get "rendered") -1 }}\n---\nread: {{ fromYaml . | toJson | b64enc }}\n{{ end }}';
		writeFileSync(join(folder, 'templates/read.yaml'), read);
		const done = helm(['template', 'read', folder]);
		if (done.status !== 0) throw new Error(done.stderr);
		const objects = [...done.stdout.matchAll(/^read: (.*)$/gm)].map(([, json]) =>
			JSON.parse(Buffer.from(json ?? '', 'base64').toString()),
		);
		const unread = objects.find((object) => object.Error !== undefined);
		if (unread !== undefined) throw new Error(unread.Error);
		return objects.filter((object) => Object.keys(object).length > 0);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** What would be installed into the cluster whose API server has this address: `lookup` finds what is there. */
export async function renderInto(address: string, values: object = {}): Promise<KubeObject[]> {
	const cluster = ['--dry-run=server', '--disable-openapi-validation', '--kube-apiserver', address];
	const args = ['template', 'anything', CHART, '-n', 'prod', ...cluster, '-f', MINIMAL];
	const sets = Object.entries(values).map(([name, value]) => `--set-json=${name}=${JSON.stringify(value)}`);
	const { stdout } = await promisify(execFile)(program(), [...args, ...sets], { env });
	return parse(stdout);
}

/** What `helm install` would tell its user, of a cluster where nothing is yet. */
export function notes(values: object = {}): string {
	const args = ['install', 'anything', CHART, '-n', 'prod', '--dry-run=client', '-f', '-'];
	const done = helm(args, asInput(values));
	if (done.status !== 0) throw new Error(done.stderr);
	return done.stdout.slice(done.stdout.indexOf('NOTES:'));
}

/** `helm lint --strict` with these values files. */
export function lint(...files: string[]): { readonly status: number | null; readonly output: string } {
	const done = helm(['lint', '--strict', CHART, ...files.flatMap((file) => ['-f', file])]);
	return { status: done.status, output: done.stdout + done.stderr };
}

/** The one object of this kind and name; nothing if there is none. */
export function find(objects: readonly KubeObject[], kind: string, name = 'karc-portal'): KubeObject | undefined {
	return objects.find((object) => object.kind === kind && object.metadata.name === name);
}

/** The same, when it must be there. */
export function one(objects: readonly KubeObject[], kind: string, name = 'karc-portal'): KubeObject {
	const found = find(objects, kind, name);
	if (found === undefined)
		throw new Error(`no ${kind} ${name} among ${objects.map((o) => `${o.kind} ${o.metadata.name}`)}`);
	return found;
}

/** A copy of the chart with texts replaced, as somebody's change would leave it. Gives its folder to `work`. */
export function withChangedChart<T>(
	edits: readonly (readonly [file: string, from: string, to: string])[],
	work: (chart: string) => T,
): T {
	const folder = mkdtempSync(join(tmpdir(), 'karc-chart-'));
	try {
		cpSync(CHART, folder, { recursive: true });
		for (const [file, from, to] of edits) {
			const before = readFileSync(join(folder, file), 'utf8');
			if (!before.includes(from)) throw new Error(`${file} does not hold: ${from}`);
			writeFileSync(join(folder, file), before.replaceAll(from, to));
		}
		return work(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
