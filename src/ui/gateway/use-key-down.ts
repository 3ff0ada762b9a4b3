import { useEffect, useRef } from 'react';

/** Whether the key was pressed where text is typed: single keys act only outside. */
export const inField = (event: KeyboardEvent) =>
	event.target instanceof Element &&
	event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null;

/** Listens to keys on the page while mounted, but not while a dialog is above it. */
export function useKeyDown(handler: (event: KeyboardEvent) => void): void {
	const latest = useRef(handler);
	useEffect(() => {
		latest.current = handler;
	});
	useEffect(() => {
		const onKeyDown = (event: KeyboardEvent) => {
			if (event.defaultPrevented || event.isComposing) return;
			if (document.querySelector('[role="dialog"], .popover > .menu') !== null) return;
			latest.current(event);
		};
		document.addEventListener('keydown', onKeyDown);
		return () => document.removeEventListener('keydown', onKeyDown);
	}, []);
}
