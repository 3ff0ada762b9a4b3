import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeftOut } from './layout.ts';

const root = join(import.meta.dirname, '../..');

/** The parts of CycloneDX 1.5 that we touch (https://cyclonedx.org/docs/1.5/json/). */
interface Bom {
	serialNumber?: string;
	metadata: Record<string, unknown> & { component: Component };
	components: Component[];
	dependencies: { ref: string; dependsOn: string[] }[];
}

export interface Component {
	'bom-ref': string;
	readonly type: string;
	readonly name: string;
	readonly version: string;
	readonly purl: string;
	readonly cpe?: string;
	readonly licenses?: readonly object[];
	readonly properties?: readonly object[];
	readonly externalReferences?: readonly { readonly type: string }[];
}

/** Node is a part like any other: most of what a scanner finds in an image like this one is in there. */
function nodeComponent(version: string): Component {
	return {
		'bom-ref': `node@${version}`,
		type: 'platform',
		name: 'node',
		version,
		purl: `pkg:generic/node@${version}`,
		cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
		licenses: [{ license: { id: 'MIT' } }],
	};
}

/**
 * Writes what the image is made of, as CycloneDX: Node and each production package. npm's list, without what is not
 * shipped, and without what changes from one build of the same commit to the next or tells of the machine (time, serial
 * number, folder, npm's version, download addresses).
 * @returns the parts
 */
export function writeSbom(file: string, nodeVersion: string): readonly Component[] {
	const done = spawnSync('npm', ['sbom', '--omit=dev', '--sbom-format', 'cyclonedx'], {
		cwd: root,
		encoding: 'utf8',
		maxBuffer: 64 * 1024 * 1024,
	});
	if (done.status !== 0) throw new Error(`npm sbom failed: ${done.stderr}${done.error ?? ''}`);
	const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Component;
	const bom = JSON.parse(done.stdout) as Bom;
	const shipped = bom.components.filter((component) => !isLeftOut(component.name));
	const refs = new Set([...shipped.map((component) => component['bom-ref']), bom.metadata.component['bom-ref']]);
	const { serialNumber: _serial, ...rest } = bom;
	const components = [nodeComponent(nodeVersion), ...shipped.map(withoutAddress)];
	write(file, {
		...rest,
		metadata: {
			lifecycles: [{ phase: 'build' }],
			component: { ...bom.metadata.component, type: 'application', name, version },
		},
		components,
		dependencies: bom.dependencies
			.filter(({ ref }) => refs.has(ref))
			.map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) })),
	});
	return components;
}

/** Adds parts to a list that is there already. */
export function addToSbom(file: string, components: readonly Component[]): void {
	const bom = JSON.parse(readFileSync(file, 'utf8')) as Bom;
	write(file, { ...bom, components: [...bom.components, ...components] });
}

function write(file: string, bom: Bom): void {
	writeFileSync(file, `${JSON.stringify(bom, null, '\t')}\n`);
}

function withoutAddress({ properties: _path, ...component }: Component): Component {
	const kept = (component.externalReferences ?? []).filter(({ type }) => type !== 'distribution');
	return { ...component, externalReferences: kept };
}
