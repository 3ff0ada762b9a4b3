import type { Metadata } from 'next';
import { JoinPage } from '#ui/join/join-page.tsx';

export const metadata: Metadata = { title: 'Join', referrer: 'no-referrer' };

export default function Page() {
	return <JoinPage />;
}
