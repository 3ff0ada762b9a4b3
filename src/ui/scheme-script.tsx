'use client';

import { ColorSchemeScript } from '@mantine/core';
import { useState } from 'react';

/** Sets the colour scheme before the first paint, so there is no flash. The nonce is the one of the first response. */
export function SchemeScript({ nonce }: { nonce: string | undefined }) {
	const [first] = useState(nonce);
	return <ColorSchemeScript defaultColorScheme="auto" nonce={first} />;
}
