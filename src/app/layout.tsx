import type { Metadata, Viewport } from 'next';
import localFont from 'next/font/local';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Providers } from '#ui/providers.tsx';
import { SchemeScript } from '#ui/scheme-script.tsx';
import '#ui/tokens.css';
import '#ui/styles/base.css';
import '#ui/styles/shell.css';
import '#ui/styles/surfaces.css';
import '#ui/styles/controls.css';
import '#ui/styles/badges.css';
import '#ui/styles/overlay.css';
import '#ui/styles/gateway.css';
import '#ui/styles/sheet.css';
import '#ui/styles/outcome.css';
import '#ui/styles/table.css';
import '#ui/styles/chain.css';
import '#ui/styles/people.css';
import '#ui/styles/labels.css';
import '#ui/styles/settling.css';
import '#ui/styles/responsive.css';

const geist = localFont({
	src: '../../node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2',
	weight: '100 900',
	variable: '--font-geist',
});
const geistMono = localFont({
	src: '../../node_modules/@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2',
	weight: '100 900',
	variable: '--font-geist-mono',
});

export const metadata: Metadata = {
	title: { template: '%s · SARC portal', default: 'SARC portal' },
	description: 'Agents propose. People approve. Every write leaves proof.',
	robots: { index: false, follow: false },
	referrer: 'same-origin',
};
export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' };

export default async function RootLayout({ children }: { children: ReactNode }) {
	// The portal's server sets these two on the request it passes on; a client's own are dropped there.
	const incoming = await headers();
	const nonce = incoming.get('x-nonce') ?? undefined;
	const sandbox = incoming.get('x-portal-sandbox') === '1';
	return (
		<html lang="en" className={`${geist.variable} ${geistMono.variable}`} suppressHydrationWarning>
			<head>
				<SchemeScript nonce={nonce} />
			</head>
			<body>
				<Providers nonce={nonce} sandbox={sandbox}>
					{children}
				</Providers>
			</body>
		</html>
	);
}
