import fc from 'fast-check';
import { expect, it } from 'vitest';
import { footerHidden } from '#core/proposal/footer-hidden';
import { reservedMarker } from '#core/proposal/reserved-marker';
import { sanitize } from '#sandbox/sidecar/sanitize';

const noise = fc.constantFrom(
	...[
		'',
		'',
		'',
		'<x>',
		'</x>',
		'</title>',
		'<title>',
		'<!x>',
		'<?x>',
		'<!-- -->',
		'<i></i>',
		'</>',
		'<x\n>',
		'<x\n\n>',
	],
	...['\u200b', '&shy;', '`', "<x 'a>b'>", '<script></script>', '\n```\n', '<a href="x:y">', '</a>', '<b>', '\\'],
);
const around = fc.constantFrom(
	['', ''],
	['[a](', ')'],
	['[', ']'],
	['`', '`'],
	['```\n', '\n```'],
	['<a href="https://', '">'],
);

it('[footer-visible] [reconcile-own] no body that is let through holds a ref after the sanitiser', () => {
	const letters = fc.tuple(
		...[...'sarc-mcp:'].map((char) => fc.tuple(noise, fc.constantFrom(char, char, `&#${char.charCodeAt(0)};`))),
	);
	fc.assert(
		fc.property(letters, around, (parts, [open, close]) => {
			const body = `See ${open}${parts.flat().join('')}0123456789abcdef${close} and a<b.`;
			if (reservedMarker({ body }) !== null || footerHidden(body) !== null) return;
			expect(sanitize(body)).not.toContain('sarc-mcp:');
		}),
		{ numRuns: 2_000 },
	);
});
