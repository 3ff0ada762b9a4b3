import { useEffect, useRef } from 'react';

/**
 * Leads to the part of the page that the address names: when the page was opened, it was not drawn yet. Once, and not
 * for a reader who has moved on by then.
 * @param ready whether what stands above it is drawn too, and cannot push it away any more
 */
export function useOpenedAt(id: string, ready: boolean): void {
	const done = useRef(false);
	useEffect(() => {
		if (!ready || done.current) return;
		done.current = true;
		if (location.hash === `#${id}` && scrollY === 0) document.getElementById(id)?.scrollIntoView();
	}, [id, ready]);
}
