import type { ReactNode } from 'react';
import { Shell } from '#ui/shell/shell.tsx';

export default async function TenantLayout(props: { children: ReactNode; params: Promise<{ tenant: string }> }) {
	const { tenant } = await props.params;
	return <Shell tenant={tenant}>{props.children}</Shell>;
}
