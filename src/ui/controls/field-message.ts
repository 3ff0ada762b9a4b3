import type { ProblemError } from '#api/client';

/** What the portal says of one field, as a sentence beside it: “must be …” reads “It must be ….”. */
export function fieldMessage(error: ProblemError, path: string): string | undefined {
	const message = error.errors.find((one) => one.path === path)?.message;
	if (message === undefined) return undefined;
	const sentence = /^(?:must|is|has) /.test(message) ? `It ${message}` : message;
	return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
