import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type Anything, CHART, type KubeObject, parse, tryRender } from './helm.ts';
import { renders } from './renders.ts';

/* Kinds of operators: no API server here knows them, so closed schemas of the fields that we use stand in (schemas/). */

const SCHEMAS = join(import.meta.dirname, 'schemas');
const DEPLOY = join(import.meta.dirname, '../../docs/deploy');

const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false });
const validators = new Map(
	readdirSync(SCHEMAS).map((file) => {
		const schema = JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8'));
		return [schema.properties.kind.const as string, ajv.compile(schema)];
	}),
);

function problems(object: KubeObject): string[] {
	const validate = validators.get(object.kind);
	if (validate === undefined) throw new Error(`no schema for ${object.kind}`);
	return validate(object)
		? []
		: (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const example = (file: string) => parse(readFileSync(join(DEPLOY, file), 'utf8')) as [Anything];
/** Of Kubernetes itself: test/cluster asks a real API server. */
const BUILT_IN = /^(v1|apps\/v1|policy\/v1|autoscaling\/v2|networking\.k8s\.io\/v1)$/;
const rendered = Object.entries(renders()).flatMap(([name, text]) => parse(text).map((object) => ({ name, object })));
const foreign = rendered.filter(({ object }) => !BUILT_IN.test(object.apiVersion));

describe('objects of operators', () => {
	it.each(foreign)('$object.kind, with $name', ({ object }) => {
		expect(problems(object)).toEqual([]);
	});

	it('are all the kinds that the chart has', () => {
		expect([...new Set(foreign.map(({ object }) => object.kind))].sort()).toEqual([
			'CiliumNetworkPolicy',
			'PrometheusRule',
			'ServiceMonitor',
		]);
	});

	it('a typo in one is found', () => {
		for (const { object } of foreign) {
			const wrong = structuredClone(object) as Anything;
			wrong.spec.selectors = {};
			expect(problems(wrong)).toEqual([' must NOT have additional properties'].map((what) => `/spec${what}`));
		}
	});
});

describe('the Argo CD examples', () => {
	it('the Application is one, and its values render', () => {
		const [application] = example('argocd-application.yaml');
		expect(problems(application)).toEqual([]);
		const { path, helm } = application.spec.source;
		expect(path).toBe('chart/karc-portal');
		const files = helm.valueFiles.map((file: string) => join(CHART, file));
		expect(tryRender(helm.valuesObject, { bare: true, files })).toMatchObject({ ok: true });
	});

	it('the ApplicationSet is one, and the values of each of its elements render', () => {
		const [set] = example('argocd-applicationset.yaml');
		expect(problems(set)).toEqual([]);
		const [{ list }] = set.spec.generators;
		expect(list.elements.length).toBeGreaterThan(1);
		for (const element of list.elements) {
			const filled = JSON.parse(
				JSON.stringify(set.spec.template).replaceAll(/\{\{ \.(\w+) \}\}/g, (_all, name: string) => {
					if (element[name] === undefined) throw new Error(`${name} is in no element`);
					return element[name];
				}),
			);
			const { helm } = filled.spec.source;
			const files = helm.valueFiles.map((file: string) => join(CHART, file));
			expect(tryRender(helm.valuesObject, { bare: true, files, release: helm.releaseName })).toMatchObject({
				ok: true,
			});
		}
	});
});
