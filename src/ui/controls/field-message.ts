import type { ProblemError } from '#api/client';

/** What the portal says of one field, as a sentence beside it: “must be …” reads “It must be ….”. */
export function fieldMessage(error: ProblemError, path: string): string | undefined {
	const message = error.errors.find((one) => one.path === path)?.message;
	return message === undefined ? undefined : asSentence(message);
}

/** @param subject what the message is about, where it names nothing: “must be …”. */
export function asSentence(message: string, subject?: string): string {
	const lacks = /^(?:must|is|has|are) /.test(message);
	const before = subject ?? (message.startsWith('are ') ? 'These' : 'It');
	const sentence = lacks ? `${before} ${message}` : message;
	return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
