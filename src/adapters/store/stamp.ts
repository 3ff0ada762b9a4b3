import { err, ok, type Result } from '#core/result';
import type { Database } from './database.ts';

export type Mode = 'sandbox' | 'production';

export interface Stamp {
	readonly mode: Mode;
	readonly installationId: string;
}

/**
 * Marks a fresh database as a sandbox's or a production one, and refuses the other kind: demo accounts must never meet
 * real data. The first start wins; the mark never changes.
 */
export async function stamp(database: Database, mode: Mode): Promise<Result<Stamp, { detail: string }>> {
	await database.query('INSERT INTO portal_meta (mode) VALUES ($1) ON CONFLICT DO NOTHING', [mode]);
	const rows = await database.query<{ mode: Mode; installation_id: string }>(
		'SELECT mode, installation_id FROM portal_meta',
	);
	const found = rows[0];
	if (found === undefined) throw new Error('portal_meta is empty after the insert');
	if (found.mode !== mode) return err({ detail: refusal(found.mode) });
	return ok({ mode, installationId: found.installation_id });
}

function refusal(found: Mode): string {
	return found === 'sandbox'
		? 'This database belongs to a sandbox, with demo accounts whose passwords are public. A production portal does not start on it: give DATABASE_URL a fresh database.'
		: 'This database belongs to a production portal. A sandbox does not start on it: unset DATABASE_URL, or give it a fresh database.';
}
