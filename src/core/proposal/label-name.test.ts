import { expect, it } from 'vitest';
import { unfitToAdd } from './label-name.ts';

it.each([
	['a space before', ' bug'],
	['a space after', 'bug\u3000'],
	['a space that does not break', 'good\u00a0first'],
	['a wide space', 'good\u2003first'],
	['an ideographic space', 'good\u3000first'],
	['an Ogham space', 'good\u1680first'],
	['two spaces in a row', 'good  first'],
	['a Kelvin sign, which is a k', '\u212a8s'],
	['a letter and its mark apart', 'e\u0301'],
])('[hidden-text-holds] a name that passes for another is not added, and stays where it stands: %s', (_, name) => {
	expect(unfitToAdd(['bug', name], ['bug'])).toMatchObject([{ path: 'args.labels.1' }]);
	expect(unfitToAdd(['bug', name], [name])).toEqual([]);
	// Another spelling of the name that stands there is another name.
	expect(unfitToAdd([name], ['bug', 'good first', 'k8s', 'é'])).toHaveLength(1);
});

it('a name of plain words is added, whatever stands there', () => {
	expect(unfitToAdd(['good first issue', 'Ärger', '🦉', 'a,b'], ['good\u00a0first issue'])).toEqual([]);
});
