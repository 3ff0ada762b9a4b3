import { ProblemError } from '#api/client';
import { fieldMessage } from '#ui/controls/field-message.ts';

/** Why a link could not be used, as far as the page acts on it. */
export type JoinFailure =
	/** The address that the link is for has an account, and this is not its password. */
	| { readonly kind: 'account' }
	/** The link itself is used up, replaced, withdrawn, expired or was never one: the portal does not say which. */
	| { readonly kind: 'dead'; readonly detail: string }
	| { readonly kind: 'fields'; readonly name: string | undefined; readonly password: string | undefined }
	| { readonly kind: 'other'; readonly error: unknown };

/** Reads the portal's answer; whatever is not about the link or its fields is shown as any other problem. */
export function failureOf(error: unknown): JoinFailure {
	if (!(error instanceof ProblemError)) return { kind: 'other', error };
	if (error.code === 'unauthenticated') return { kind: 'account' };
	if (error.code === 'not_found') return { kind: 'dead', detail: error.detail };
	if (fieldMessage(error, 'secret') !== undefined)
		return { kind: 'dead', detail: 'It is not whole: open it again from the message, with all that stands behind #.' };
	const [name, password] = [fieldMessage(error, 'name'), fieldMessage(error, 'password')];
	return name === undefined && password === undefined ? { kind: 'other', error } : { kind: 'fields', name, password };
}

export interface JoinInput {
	readonly name: string;
	readonly password: string;
}

/** What to mend before anything is sent; the portal checks the same. */
export function missingOf(input: JoinInput): { readonly name?: string; readonly password?: string } {
	const length = [...input.password].length;
	return {
		...(input.name.trim() === '' ? { name: 'Give the name that others will see beside what you do.' } : {}),
		...(length === 0
			? { password: 'Give a password.' }
			: length < 12
				? { password: `It has ${length} characters; 12 or more are needed.` }
				: {}),
	};
}
