import { expect, it } from 'vitest';
import { grantsOf } from '#ui/tokens/tokens.ts';

it('[token-bounded] a token that approves is offered to an ADMIN while its flag is on, and told to be off while it is not', () => {
	const approving = (...args: Parameters<typeof grantsOf>) =>
		grantsOf(...args).find((one) => one.scopes.includes('execute'));
	expect(approving('ADMIN', true)?.off).toBeUndefined();
	expect(approving('ADMIN', false)?.off).toMatch(/mcp\.execute-tokens/);
	for (const role of ['MEMBER', 'AUDITOR'] as const) expect(approving(role, true)).toBeUndefined();
});
