import { expect } from 'vitest';
import { z } from 'zod';
import { problem } from '#api/contract/schemas';
import { type RefusalCode, refusals } from '#core/refusals';
import { type Answer, ORIGIN } from '#test/support/portal';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Headers that every answer of the API carries, refusal or not. */
export function expectApiHeaders(answer: Answer): void {
	const { headers } = answer;
	expect(headers.get('cache-control')).toBe('no-store');
	expect(headers.get('x-content-type-options')).toBe('nosniff');
	expect(headers.get('content-security-policy')).toContain("default-src 'none'");
	expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
	expect(headers.get('x-request-id')).toMatch(UUID);
}

/** An RFC 9457 body of this code, whole, with the headers that belong to it (contracts §4). */
export function expectProblem(answer: Answer, code: RefusalCode): void {
	expect([answer.status, answer.body?.code], answer.text).toEqual([refusals[code].status, code]);
	expect(answer.headers.get('content-type')).toBe('application/problem+json');
	expectApiHeaders(answer);
	expect(answer.body).toMatchObject({
		type: `${ORIGIN}/errors/${code}`,
		title: refusals[code].title,
		status: answer.status,
		detail: expect.stringMatching(/\S/),
		requestId: answer.headers.get('x-request-id'),
	});
	// What the OpenAPI document does not name is not sent either.
	expect(z.strictObject(problem.shape).safeParse(answer.body).error).toBeUndefined();
	expect(answer.text).not.toMatch(/\bat .+:\d+:\d+|select |insert |node_modules/i);
}

/** As expectProblem, for an answer that has no body to look at (HEAD) or whose code is one of several. */
export function codeOf(answer: Answer): string {
	return answer.status < 400 ? 'ok' : String(answer.body?.code);
}
