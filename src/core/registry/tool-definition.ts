import { canonicalJson, type JsonObject, type JsonValue } from '#core/canonical-json';
import { type Sha256, toHex, utf8 } from '#core/sha256';

/** One argument of a tool, as far as a call depends on it. */
export interface PinnedArgument {
	readonly type: string;
	readonly enum?: readonly string[];
	/** The type of an array's items, when the schema says no more of them than that. */
	readonly items?: string;
	readonly minimum?: number;
	readonly maximum?: number;
}

/** What a tool takes, without its prose. */
export interface ToolStructure {
	readonly name: string;
	readonly readOnly: boolean;
	readonly arguments: Readonly<Record<string, PinnedArgument>>;
	readonly required: readonly string[];
}

/** A tool definition as it was when we decided to trust it. */
export interface PinnedTool extends ToolStructure {
	/** SHA-256 (hex) over the JCS of what `splitDefinition` calls the rest. */
	readonly restDigest: string;
}

/**
 * Splits a served tool definition in two that together hold every byte of meaning:
 *
 * - `structure`: name, `readOnlyHint`, and for each argument type, enum, item type, bounds and whether it is required.
 *   Sets are sorted, since their order means nothing.
 * - `rest`: everything else as served — title, descriptions, defaults, an output schema, `additionalProperties`, keys
 *   that nobody knows yet — but for `icons` and `_meta`, which no call and no reader of ours depends on.
 *
 * So a change that is in neither does not exist: prose can steer a model, and lands in the rest. Null when it is not a
 * definition at all. The value comes from the sidecar: nothing about its shape is taken for granted.
 */
export function splitDefinition(served: JsonValue): { structure: ToolStructure; rest: JsonObject } | null {
	if (!isObject(served)) return null;
	const { icons: _icons, _meta, name, inputSchema, annotations, ...others } = served;
	if (typeof name !== 'string' || !isObject(inputSchema)) return null;
	const { type, properties = {}, required = [], ...schemaRest } = inputSchema;
	if (type !== 'object' || !isObject(properties) || !isTexts(required)) return null;

	const rest: JsonObject = { ...others };
	let readOnly = false;
	if (isObject(annotations)) {
		const { readOnlyHint, ...annotationsRest } = annotations;
		readOnly = readOnlyHint === true; // absent means: it writes
		rest.annotations = typeof readOnlyHint === 'boolean' ? annotationsRest : annotations;
	} else if (annotations !== undefined) {
		rest.annotations = annotations;
	}

	const pinned: [string, PinnedArgument][] = [];
	const prose: [string, JsonValue][] = [];
	for (const [key, value] of Object.entries(properties)) {
		const parts = splitArgument(value);
		if (parts === null) return null;
		pinned.push([key, parts.pinned]);
		prose.push([key, parts.rest]);
	}
	// fromEntries defines own keys even for `__proto__`, which an assignment would lose.
	rest.inputSchema = { ...schemaRest, properties: Object.fromEntries(prose) };
	return {
		structure: { name, readOnly, arguments: Object.fromEntries(pinned), required: [...required].sort() },
		rest,
	};
}

/** The rest digest of a served definition, or null when it is none: what a generator pins, or compose accepts. */
export function restDigestOf(served: JsonValue, sha256: Sha256): string | null {
	const parts = splitDefinition(served);
	if (parts === null) return null;
	try {
		return toHex(sha256(utf8(canonicalJson(parts.rest))));
	} catch {
		return null; // a lone surrogate in a description: it has no canonical spelling, so it cannot be the pinned one
	}
}

function splitArgument(value: JsonValue): { pinned: PinnedArgument; rest: JsonObject } | null {
	if (!isObject(value)) return null;
	const rest: JsonObject = { ...value };
	const { type, enum: values, items, minimum, maximum } = value;
	if (typeof type !== 'string') return null;
	delete rest.type;
	const pinned: { -readonly [K in keyof PinnedArgument]: PinnedArgument[K] } = { type };
	if (isTexts(values)) {
		pinned.enum = [...values].sort();
		delete rest.enum;
	}
	if (isObject(items) && typeof items.type === 'string' && Object.keys(items).length === 1) {
		pinned.items = items.type;
		delete rest.items;
	}
	if (typeof minimum === 'number') {
		pinned.minimum = minimum;
		delete rest.minimum;
	}
	if (typeof maximum === 'number') {
		pinned.maximum = maximum;
		delete rest.maximum;
	}
	return { pinned, rest };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: JsonValue | undefined): value is string[] {
	return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
