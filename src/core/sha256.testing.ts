import type { Sha256 } from '#core/sha256';

// Named so that tsc does not follow it: tsconfig.core.json has no Node types on purpose, and tests must not bring them in.
const module: string = 'node:crypto';
const { createHash } = (await import(/* @vite-ignore */ module)) as {
	createHash(name: 'sha256'): { update(data: Uint8Array): { digest(): Uint8Array } };
};

/** The platform's SHA-256, for core's own tests. */
export const sha256: Sha256 = (data) => createHash('sha256').update(data).digest();
