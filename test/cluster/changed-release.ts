import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { RELEASE } from './chart.ts';
import { helm, type Manifest, type Ran, run } from './kube.ts';
import { NAMESPACE } from './settings.ts';

interface Container {
	image: string;
	args: string[];
}

interface PodTemplate {
	readonly metadata: { readonly annotations: Record<string, string> };
	readonly spec: { securityContext: Record<string, unknown>; readonly containers: Container[] };
}

/** The parts of what is installed that a test may change. */
export interface Installed {
	readonly portal: PodTemplate;
	readonly sidecar: PodTemplate;
	/** The sidecar's. */
	readonly container: Container;
	/** The portal's settings: its ConfigMap. */
	readonly settings: Record<string, string>;
}

/**
 * Installs what is installed, changed: the chart as it would be if it were wrong, behind its own guards. Gives how
 * `helm upgrade --wait` ended; the pods stay as they have come out.
 */
export async function installChanged(change: (installed: Installed) => void, timeout: string): Promise<Ran> {
	const objects = parseAllDocuments(await helm('get', 'manifest', RELEASE, '-n', NAMESPACE))
		.map((document) => document.toJS() as Manifest | null)
		.filter((object) => object !== null);
	const before = JSON.stringify(objects);
	change(partsOf(objects));
	if (JSON.stringify(objects) === before) throw new Error('the bug was not put back: nothing changed');

	const chart = mkdtempSync(join(tmpdir(), 'portal-chart-'));
	try {
		mkdirSync(join(chart, 'templates'));
		writeFileSync(join(chart, 'Chart.yaml'), `apiVersion: v2\nname: ${RELEASE}\nversion: 0.0.1\n`);
		writeFileSync(join(chart, 'templates/all.yaml'), asTemplate(objects));
		return await run('helm', ['upgrade', RELEASE, chart, '-n', NAMESPACE, '--wait', '--timeout', timeout]);
	} finally {
		rmSync(chart, { recursive: true, force: true });
	}
}

function partsOf(objects: readonly Manifest[]): Installed {
	const named = (kind: string, name: string): Manifest => {
		const found = objects.find((each) => each.kind === kind && (each.metadata as { name: string }).name === name);
		if (found === undefined) throw new Error(`no ${kind} ${name} is installed`);
		return found;
	};
	const template = (name: string) => (named('Deployment', name).spec as { template: PodTemplate }).template;
	const sidecar = template('karc-portal-github-mcp');
	const [container] = sidecar.spec.containers;
	if (container === undefined) throw new Error('the sidecar has no container');
	const { data } = named('ConfigMap', 'karc-portal') as unknown as { data: Record<string, string> };
	return { portal: template('karc-portal'), sidecar, container, settings: data };
}

/** JSON is YAML; braces that a template would read are written so that they come out as they are. */
function asTemplate(objects: readonly Manifest[]): string {
	return objects.map((object) => `---\n${JSON.stringify(object).replaceAll('{{', '{{ `{{` }}')}\n`).join('');
}
