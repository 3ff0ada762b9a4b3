import { useEffect, useRef } from 'react';

/** Whether the key was pressed where text is typed: single keys act only outside. */
export const inField = (event: KeyboardEvent) =>
	event.target instanceof Element &&
	event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null;

/**
 * Listens to keys on the page while mounted, but not while a dialog or menu is above it. In the capture phase: later, the
 * Esc that closes the dialog would already have taken it away, and would discard the sheet beneath as well.
 */
export function useKeyDown(handler: (event: KeyboardEvent) => void): void {
	const latest = useRef(handler);
	useEffect(() => {
		latest.current = handler;
	});
	useEffect(() => {
		const onKeyDown = (event: KeyboardEvent) => {
			if (event.isComposing) return;
			if (document.querySelector('[role="dialog"], .popover > .menu') !== null) return;
			latest.current(event);
		};
		addEventListener('keydown', onKeyDown, { capture: true });
		return () => removeEventListener('keydown', onKeyDown, { capture: true });
	}, []);
}
