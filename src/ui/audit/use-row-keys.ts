'use client';

import { useRef } from 'react';
import { singleKey, useKeyDown } from '#ui/controls/use-key-down.ts';

/** `/` to the filter, `j` and `k` from row to row; Enter opens a row because its button has the focus. */
export function useRowKeys() {
	const box = useRef<HTMLElement>(null);
	useKeyDown((event) => {
		const key = singleKey(event);
		if (key === '/') {
			event.preventDefault();
			box.current?.querySelector<HTMLElement>('[data-filter]')?.focus();
		} else if (key === 'j' || key === 'k') {
			const rows = [...(box.current?.querySelectorAll<HTMLElement>('button[aria-expanded]') ?? [])];
			const at = rows.indexOf(document.activeElement as HTMLElement);
			const next = key === 'j' ? at + 1 : Math.max(0, at - 1);
			rows[Math.min(next, rows.length - 1)]?.focus();
		}
	});
	return box;
}
