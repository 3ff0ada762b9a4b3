import type { Metadata } from 'next';
import { NewTenantPage } from '#ui/first-tenant/new-tenant-page.tsx';

export const metadata: Metadata = { title: 'New tenant' };

export default function Page() {
	return <NewTenantPage />;
}
