import { type RefObject, useEffect, useRef } from 'react';

/**
 * Leads the focus to `to` inside the box when a change of `key` took away what had it: a form that is done, a button
 * that is no longer needed. Focus that is somewhere is left there, and so is a page that still loads (`key` undefined).
 */
export function useKeptFocus(box: RefObject<HTMLElement | null>, to: string, key: string | undefined): void {
	const seen = useRef(key);
	useEffect(() => {
		const before = seen.current;
		if (key === undefined || before === key) return;
		seen.current = key;
		if (before === undefined) return;
		// After a closing dialog has tried to give the focus back to what opened it.
		const timer = setTimeout(() => {
			const lost = document.activeElement === null || document.activeElement === document.body;
			if (lost) box.current?.querySelector<HTMLElement>(to)?.focus();
		}, 50);
		return () => clearTimeout(timer);
	}, [box, to, key]);
}
