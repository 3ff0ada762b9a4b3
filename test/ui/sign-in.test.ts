import { describe, expect, it } from 'vitest';
import { safeNext } from '#ui/sign-in/destination.ts';

const origin = 'http://localhost:3000';

describe('where sign-in leads', () => {
	it.each(['/t/demo/admin/mcp', '/t/demo/audit-log?row=7', '/t/demo/settings#dispatch'])(
		'a path of the portal is followed: %s',
		(next) => {
			expect(safeNext(next, origin)).toBe(next);
		},
	);

	it.each([
		'//evil.example',
		'/\\evil.example',
		'\\\\evil.example',
		'https://evil.example/t/demo',
		'javascript:alert(1)',
		'/..//evil.example',
		'/.//evil.example',
		'/\t/evil.example',
		'/\n/evil.example',
		't/demo',
		'',
		'/sign-in?next=/sign-in',
	])('what could leave the portal or go in circles is not followed: %j', (next) => {
		expect(safeNext(next, origin)).toBeUndefined();
	});
});
