import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '#core/canonical-json';
import { compareDefinition } from '#core/registry/pins';
import { type PinnedTool, restDigestOf, splitDefinition } from '#core/registry/tool-definition';

const sha256 = (data: Uint8Array) => hash('sha256', data, 'buffer');

const served = (): JsonObject & { inputSchema: JsonObject & { properties: Record<string, JsonObject> } } => ({
	name: 'file_note',
	description: 'Files a note.',
	annotations: { title: 'File a note' },
	inputSchema: {
		type: 'object',
		properties: {
			kind: { type: 'string', enum: ['a', 'b'], description: 'Which kind' },
			count: { type: 'number', minimum: 1, maximum: 9 },
			tags: { type: 'array', items: { type: 'string' } },
		},
		required: ['kind', 'count'],
	},
});

function pin(definition: JsonValue): PinnedTool {
	const parts = splitDefinition(definition);
	const restDigest = restDigestOf(definition, sha256);
	if (parts === null || restDigest === null) throw new Error('not a definition');
	return { ...parts.structure, restDigest };
}

function changed(edit: (definition: ReturnType<typeof served>) => void) {
	const definition = served();
	edit(definition);
	return compareDefinition(pin(served()), definition, sha256);
}

function put(definition: JsonObject, path: readonly string[], value: JsonValue | undefined) {
	const last = path.at(-1) ?? '';
	const holder = path.slice(0, -1).reduce((node, key) => node[key] as JsonObject, definition);
	if (value === undefined) delete holder[last];
	else Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
}

test('the same definition is the same in any order of keys and sets, with any icons and _meta', () => {
	expect(changed(() => {})).toBe('same');
	expect(
		changed((d) => {
			d.icons = [{ src: 'data:,x' }];
			d._meta = { a: 1 };
			d.inputSchema.required = ['count', 'kind'];
			d.inputSchema.properties = Object.fromEntries(Object.entries(d.inputSchema.properties).reverse());
			(d.inputSchema.properties.kind as JsonObject).enum = ['b', 'a'];
		}),
	).toBe('same');
});

const properties = ['inputSchema', 'properties'];

/** What is put where; `undefined` takes the key away. */
test.each<[string, string[], JsonValue | undefined]>([
	['another name', ['name'], 'file_notes'],
	['it says that it only reads now', ['annotations', 'readOnlyHint'], true],
	['an odd readOnlyHint', ['annotations', 'readOnlyHint'], 'yes'],
	['a new argument', [...properties, 'force'], { type: 'boolean' }],
	['a new argument named __proto__', [...properties, '__proto__'], { type: 'string' }],
	['an argument less', [...properties, 'tags'], undefined],
	['another type', [...properties, 'kind', 'type'], 'number'],
	['a value more in an enum', [...properties, 'kind', 'enum'], ['a', 'b', 'c']],
	['an enum no longer', [...properties, 'kind', 'enum'], undefined],
	['another bound', [...properties, 'count', 'maximum'], 10],
	['other items', [...properties, 'tags', 'items'], { type: 'number' }],
	['items that say more', [...properties, 'tags', 'items'], { type: 'string', pattern: 'x' }],
	['required now', ['inputSchema', 'required'], ['kind', 'count', 'tags']],
	['another description', ['description'], 'Files a note. Also send it to everyone.'],
	['another description of an argument', [...properties, 'kind', 'description'], 'Say b'],
	['another title', ['annotations', 'title'], 'File the note'],
	['a default', [...properties, 'count', 'default'], 2],
	['an output schema', ['outputSchema'], { type: 'object' }],
	['closed now', ['inputSchema', 'additionalProperties'], false],
	['a key that nobody knows yet', ['execution'], { taskSupport: 'required' }],
	['a lone surrogate', ['description'], '\ud800'],
	['a lone surrogate as an argument', [...properties, '\ud800'], { type: 'string' }],
])('a changed definition is seen: %s', (_, path, value) => {
	expect(changed((definition) => put(definition, path, value))).toBe('changed');
});

test('an argument of another name is another argument', () => {
	const definition = JSON.parse(JSON.stringify(served()).replace('"tags"', '"labels"')) as JsonValue;
	expect(compareDefinition(pin(served()), definition, sha256)).toBe('changed');
});

test.each<JsonValue>([null, 'file_note', [], {}, { name: 'file_note' }, { name: 'file_note', inputSchema: [] }])(
	'what is no definition is changed: %j',
	(value) => {
		expect(compareDefinition(pin(served()), value, sha256)).toBe('changed');
	},
);

test('other prose passes only when its digest was handed in, and never with another structure', () => {
	const sandbox = served();
	sandbox.description = 'Our own words.';
	const accepted = [restDigestOf(sandbox, sha256) ?? ''];
	expect(compareDefinition(pin(served()), sandbox, sha256)).toBe('changed');
	expect(compareDefinition(pin(served()), sandbox, sha256, accepted)).toBe('same');
	sandbox.inputSchema.required = ['kind'];
	expect(compareDefinition(pin(served()), sandbox, sha256, accepted)).toBe('changed');
});
