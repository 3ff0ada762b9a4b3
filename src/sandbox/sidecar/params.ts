import { goType } from './go-json.ts';
import { type Arguments, toolError } from './outcome.ts';

/**
 * Reads tool arguments as v1.0.4 does. Schemas are not enforced there: unknown arguments are ignored, numbers may come as
 * text, `null` is a wrong type rather than an absent value, and an empty required one is missing. All failures are tool errors.
 */
export function required(args: Arguments, name: string): string {
	if (!(name in args)) throw toolError(`missing required parameter: ${name}`);
	const value = args[name];
	if (typeof value !== 'string') throw toolError(`parameter ${name} is not of type string`);
	if (value === '') throw toolError(`missing required parameter: ${name}`);
	return value;
}

export function optional(args: Arguments, name: string): string {
	if (!(name in args)) return '';
	const value = args[name];
	if (typeof value !== 'string') throw toolError(`parameter ${name} is not of type string, is ${goType(value)}`);
	return value;
}

export function flag(args: Arguments, name: string): boolean {
	if (!(name in args)) return false;
	const value = args[name];
	if (typeof value !== 'boolean') throw toolError(`parameter ${name} is not of type bool, is ${goType(value)}`);
	return value;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function integer(name: string, value: unknown): number {
	const wrong = (why: string) => toolError(`parameter ${name} is not a valid number: ${why}`);
	if (typeof value !== 'number' && typeof value !== 'string') throw wrong(`expected number, got ${goType(value)}`);
	if (typeof value === 'string' && /^[+-]?(nan|inf|infinity)$/i.test(value)) throw wrong('non-finite numeric value');
	if (typeof value === 'string' && !decimal.test(value)) throw wrong(`invalid numeric value: ${value}`);
	const number = Number(value);
	if (!Number.isFinite(number)) throw wrong('non-finite numeric value');
	if (!Number.isInteger(number)) throw wrong(`non-integer numeric value: ${number}`);
	return number;
}

export function requiredInt(args: Arguments, name: string): number {
	if (!(name in args)) throw toolError(`missing required parameter: ${name}`);
	const value = integer(name, args[name]);
	if (value === 0) throw toolError(`missing required parameter: ${name}`);
	return value;
}

/** 0 when absent, as in Go. */
export const optionalInt = (args: Arguments, name: string): number => (name in args ? integer(name, args[name]) : 0);

export function strings(args: Arguments, name: string): string[] {
	const value = args[name];
	if (!(name in args) || value === null) return [];
	if (!Array.isArray(value)) throw toolError(`parameter ${name} could not be coerced to []string, is ${goType(value)}`);
	return value.map((each: unknown) => {
		if (typeof each !== 'string') throw toolError(`parameter ${name} is not of type string, is ${goType(each)}`);
		return each;
	});
}

export function pagination(args: Arguments): { page: number; perPage: number } {
	const page = optionalInt(args, 'page') || 1;
	const perPage = optionalInt(args, 'perPage') || 30;
	optional(args, 'after');
	return { page, perPage };
}
