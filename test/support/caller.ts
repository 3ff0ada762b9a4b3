import type { Caller } from '#gateway/ports/caller';
import type { Portal } from '#src/compose';

/** A signed-in person of the demo tenant, as the API would hand them to a use case. */
export async function demoCaller(portal: Portal, email: string): Promise<Caller> {
	const [row] = await portal.database.query<{ id: string; name: string }>(
		'SELECT id, name FROM "user" WHERE email = $1',
		[email],
	);
	const tenant = await portal.store.tenantBySlug('demo');
	if (row === undefined || tenant === null) throw new Error('the demo is not seeded');
	const member = await portal.store.membership(tenant.id, row.id);
	if (member === null) throw new Error(`${email} is no member of demo`);
	const person = { id: row.id, name: row.name, email };
	return {
		principal: { kind: 'user', person, platformAdmin: false, sessionId: 'test' },
		tenant,
		memberId: member.memberId,
		role: member.role,
		requestId: portal.gateway.ids.uuid(),
	};
}
