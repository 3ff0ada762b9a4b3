import { holdsSecret } from './secret-forms.ts';
import { unfold } from './unfold.ts';

/** Whether a text shows the secret or a part of it to a reader, through escapes and disguises. In doubt it does. */
export function showsSecret(text: string, secret: string): boolean {
	const { text: plain, settled } = unfold(text);
	return !settled || holdsSecret(plain, secret);
}
