import { withoutInvisible } from './ignorable.ts';

/** A place in one text; what the finders give, in order of `start`. */
export type Place = { start: number; end: number; detail: string };
export type Finder = (text: string, webUrl: string) => Iterable<Place>;

/** A piece of the text for a sentence, without what would make the sentence itself unreadable. */
export function quoted(text: string): string {
	const chars = Array.from(withoutInvisible(text.slice(0, 400)).replace(/\s+/g, ' '));
	return `“${chars.slice(0, 60).join('')}${chars.length > 60 ? '…' : ''}”`;
}
