import { redirect } from 'next/navigation';

/** Until the tenant has a home of its own, the gateway is where the work is. */
export default async function TenantHome(props: { params: Promise<{ tenant: string }> }) {
	const { tenant } = await props.params;
	redirect(`/t/${encodeURIComponent(tenant)}/admin/mcp`);
}
