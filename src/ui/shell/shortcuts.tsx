'use client';

import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { leave } from '#ui/controls/unsaved.tsx';
import { singleKey, useKeyDown } from '#ui/controls/use-key-down.ts';
import { useHere } from '#ui/tenant.tsx';
import { navigationOf } from './navigation.ts';

const KeysDialog = dynamic(() => import('./keys-dialog.tsx').then((module) => module.KeysDialog), { ssr: false });

const ways: Readonly<Record<string, string>> = { m: 'admin/mcp', a: 'audit-log', s: 'settings' };

/** How long the second key of `g m` may take. */
const secondKeyMs = 1_500;

/** Keys that act on every page: `g` and a letter go somewhere the reader may go, `?` lists the keys. */
export function Shortcuts() {
	const { tenant, role } = useHere();
	const router = useRouter();
	const [listed, setListed] = useState(false);
	const goingSince = useRef(Number.NEGATIVE_INFINITY);
	useKeyDown((event) => {
		const key = singleKey(event);
		if (key === undefined) return;
		const going = performance.now() - goingSince.current < secondKeyMs;
		goingSince.current = key === 'g' ? performance.now() : Number.NEGATIVE_INFINITY;
		if (key === '?') setListed(true);
		const path = going ? ways[key] : undefined;
		const { work, admin } = navigationOf(role);
		if (path && [...work, ...admin].some((item) => item.path === path)) {
			event.preventDefault();
			leave(() => router.push(`/t/${tenant}/${path}`));
		}
	});
	return listed ? <KeysDialog onClose={() => setListed(false)} /> : null;
}
