import { z } from 'zod';

/**
 * One switched fault. It fires on requests that match, `times` times (default: once; 0 = until removed), first match wins.
 * - `status`: answers before anything is written. `secondary-rate-limit`, `primary-rate-limit`: GitHub's 403s.
 * - `drop-before-write` / `drop-after-write`: the connection is cut, with or without the write having landed.
 * - `status-after-write`: the write lands, the answer is an error (default 502).
 * - `delay`: answers after `ms`. `hold`: answers only after `state.release()`.
 * - `redirect`: 307 to the same path of repository `to` (`owner/name`), on `origin` when given: another host.
 * - `202`: GitHub's "accepted, later".
 * - `drop-labels`: the write lands without its labels and assignees, and succeeds, as for an account without triage right.
 */
export const faultSchema = z.strictObject({
	match: z
		.strictObject({
			method: z.string().optional(),
			/** Regular expression over path and query, e.g. `/repos/acme/ledger/issues$`. */
			pathPattern: z.string().optional(),
			/** Regular expression over the body; the way to pick one GraphQL operation. */
			bodyPattern: z.string().optional(),
		})
		.default({}),
	times: z.number().int().min(0).default(1),
	kind: z.enum([
		'status',
		'status-after-write',
		'secondary-rate-limit',
		'primary-rate-limit',
		'drop-before-write',
		'drop-after-write',
		'delay',
		'hold',
		'redirect',
		'202',
		'drop-labels',
	]),
	status: z.number().int().min(400).max(599).optional(),
	message: z.string().optional(),
	ms: z.number().int().min(0).max(120_000).optional(),
	to: z
		.string()
		.regex(/^[^/\s]+\/[^/\s]+$/)
		.optional(),
	/** `http://host:port`. */
	origin: z.url().optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

export type Faults = {
	push(...faults: FaultInput[]): void;
	clear(): void;
	list(): readonly Fault[];
	/** The fault for this request, if any; counts it as used. */
	take(method: string, path: string, body: string): Fault | undefined;
};

export function createFaults(): Faults {
	let active: Fault[] = [];
	const matches = ({ match }: Fault, method: string, path: string, body: string): boolean =>
		(match.method === undefined || match.method.toUpperCase() === method) &&
		(match.pathPattern === undefined || new RegExp(match.pathPattern).test(path)) &&
		(match.bodyPattern === undefined || new RegExp(match.bodyPattern).test(body));
	return {
		push(...faults) {
			for (const input of faults) {
				const fault = faultSchema.parse(input);
				for (const pattern of [fault.match.pathPattern, fault.match.bodyPattern])
					if (pattern !== undefined) new RegExp(pattern);
				active.push(fault);
			}
		},
		clear() {
			active = [];
		},
		list: () => structuredClone(active),
		take(method, path, body) {
			const fault = active.find((each) => matches(each, method, path, body));
			if (!fault) return undefined;
			if (fault.times === 1) active = active.filter((each) => each !== fault);
			else if (fault.times > 1) fault.times -= 1;
			return fault;
		},
	};
}
