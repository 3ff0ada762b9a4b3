import { describe, expect, it } from 'vitest';
import { artifactKey } from './artifact-key.ts';

const REPO = 'https://github.test/acme/payments-api';

describe('[once] what an artifact is known by', () => {
	it.each([
		[`${REPO}/issues/7`, `${REPO}/pull/7`],
		[`${REPO}/issues/7`, 'https://GitHub.test/Acme/Payments-API/issues/7'],
		[`${REPO}/issues/7#issuecomment-9`, `${REPO}/pull/7#issuecomment-9`],
		// A comment that moved with its issue keeps its number.
		[`${REPO}/issues/7#issuecomment-9`, `${REPO}/issues/8#issuecomment-9`],
	])('is the same for %s and %s', (one, other) => expect(artifactKey(one)).toBe(artifactKey(other)));

	it.each([
		[`${REPO}/issues/7`, `${REPO}/issues/70`],
		[`${REPO}/issues/7`, `${REPO}/issues/9#issuecomment-7`],
		[`${REPO}/issues/7`, 'https://github.test/acme/ledger/issues/7'],
		[`${REPO}/issues/7`, 'https://github.example/acme/payments-api/issues/7'],
		['elsewhere/a', 'elsewhere/b'],
	])('is another for %s and %s', (one, other) => expect(artifactKey(one)).not.toBe(artifactKey(other)));
});
