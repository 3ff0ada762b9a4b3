import type { Query } from '#adapters/store/database';

/**
 * As if so much time had passed for every execution and every count: leases, looks and limits go by the database's clock,
 * which a test cannot turn. What has been written on the provider's side keeps its time.
 */
export async function passTime(query: Query, ms: number): Promise<void> {
	const back = `- $1::double precision * interval '1 millisecond'`;
	await query(
		`UPDATE execution SET reserved_at = reserved_at ${back}, lease_until = lease_until ${back},
		next_check_at = next_check_at ${back}, unknown_since = unknown_since ${back}, look_until = look_until ${back}`,
		[ms],
	);
	await query(`UPDATE write_slot SET free_at = free_at ${back}`, [ms]);
	await query(`UPDATE limit_count SET until = until ${back}`, [ms]);
}
