import { z } from 'zod';
import { type RouteKey, routes } from '#api/contract/routes';
import { type RefusalCode, refusals } from '#core/refusals';
import { err, ok, type Result } from '#core/result';
import type { HttpAnswer } from './exchange.ts';
import type { Trouble } from './trouble.ts';

/** The answer's JSON, or that something else than the portal answers: an ingress, a proxy, another site. */
export function readJsonAnswer(asked: string, answer: HttpAnswer): Result<unknown, Trouble> {
	const { status, headers, text } = answer;
	if (status >= 300 && status < 400) {
		const reason = `${asked} is answered with a redirect to ${headers.location ?? 'nowhere'}. Redirects are not followed: --url has to be the portal’s own address (PORTAL_URL).`;
		return err({ code: 'redirected', reason, status });
	}
	try {
		if (/^application\/(?:problem\+)?json\b/.test(headers['content-type'] ?? '')) return ok(JSON.parse(text));
	} catch {
		// Said below: what calls itself JSON and is none is not the portal's either.
	}
	const starting = status === 503 && headers['retry-after'] !== undefined;
	const reason = starting
		? `${asked} is answered with HTTP 503: the portal is starting, or nothing is ready behind the address. Try again in a moment.`
		: `${asked} is answered with HTTP ${status} that is not the portal’s: an ingress, a proxy or another site. Check --url, and that the portal’s pods are ready.`;
	return err({ code: 'not_the_portal', reason, status });
}

const problemBody = z.looseObject({ code: z.string(), detail: z.string().optional(), message: z.string().optional() });

/** A refusal as the portal words it, and what to do where the portal cannot know it. */
export function readProblem(
	asked: string,
	body: unknown,
	status: number,
	origin: string,
	retryAfter?: number,
): Trouble {
	const problem = problemBody.safeParse(body);
	if (!problem.success) {
		return { code: 'not_the_portal', reason: `${asked} is answered with HTTP ${status} and no code.`, status };
	}
	const { code, detail, message } = problem.data;
	if (!isRefusal(code)) {
		const said = `${code}: ${detail ?? message ?? ''}`;
		const reason = `${asked} is answered with HTTP ${status} and a code that this command does not know (${said}). Are the portal and this command of the same version?`;
		return { code: 'mismatch', reason, status, body: problem.data };
	}
	const said = detail ?? refusals[code].title;
	const advice = adviceFor(code, origin);
	const reason = `${/[.!?…]$/.test(said) ? said : `${said}.`}${advice === '' ? '' : ` ${advice}`}`;
	return { code, reason, status, body: problem.data, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** Whether the body has the shape that the contract gives to this route's answer. */
export function checkAnswer(key: RouteKey, body: unknown): Trouble | null {
	const parsed = routes[key].response.safeParse(body);
	if (parsed.success) return null;
	const path = parsed.error.issues[0]?.path.join('.') ?? '';
	return {
		code: 'mismatch',
		reason: `The answer to ${key} does not have the shape of the contract${path === '' ? '' : ` (at ${path})`}. Are the portal and this command of the same version?`,
	};
}

function isRefusal(code: string): code is RefusalCode {
	return Object.hasOwn(refusals, code);
}

function adviceFor(code: RefusalCode, origin: string): string {
	switch (code) {
		case 'wrong_host':
			return `The portal does not answer under ${new URL(origin).host}: --url must be its PORTAL_URL. To reach it another way, keep that --url and add --connect http://service.`;
		case 'origin_mismatch':
			return `--url must be the portal’s PORTAL_URL to the letter, scheme and port included; now it is ${origin}.`;
		case 'internal':
		case 'database_unavailable':
			return 'Look into the portal’s log.';
		default:
			return '';
	}
}
