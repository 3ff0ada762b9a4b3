import type { Metadata } from 'next';
import { AuditLogPage } from '#ui/audit/audit-page.tsx';

export const metadata: Metadata = { title: 'Audit log' };

export default function Page() {
	return <AuditLogPage />;
}
