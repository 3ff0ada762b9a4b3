import type { Metadata } from 'next';
import { GatewayPage } from '#ui/gateway/gateway-page.tsx';

export const metadata: Metadata = { title: 'MCP Gateway' };

export default function Page() {
	return <GatewayPage />;
}
