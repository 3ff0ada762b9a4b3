/** Ends a switch over a closed union: a new member is a compile error here, and a bug at run time. */
export function assertNever(value: never): never {
	throw new Error(`unexpected ${JSON.stringify(value)}`);
}
