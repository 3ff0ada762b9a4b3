import { beforeAll, describe, expect, it } from 'vitest';
import type { Query } from '#adapters/store/database';
import { accountOf as accountInSql } from '#adapters/store/write-slots';
import { accountOf } from '#core/guardrails/account';
import { testDatabases } from '#test/support/database';

const TENANT = '01980000-0000-7000-8000-00000000000a';

describe.each(testDatabases())('whose quota a write or a reading counts against, on $name', ({ open }) => {
	let query: Query;
	beforeAll(async () => {
		({ query } = await open());
	});

	it.each([
		[null],
		['acme-bot'],
		['Acme-BOT'],
		['İstanbul-ÄÖ'],
		['dependabot[bot]'],
		['A'.repeat(101)],
		['😀'.repeat(101)],
	])('[budget-shared, limits-shared] is one rule for both: %s', async (login) => {
		const [row] = await query<{ account: string }>(`SELECT ${accountInSql('$1::text', '$2::text', '$3')} AS account`, [
			'github',
			login,
			TENANT,
		]);
		expect(accountOf({ provider: 'github', login, tenantId: TENANT })).toBe(row?.account);
	});
});
