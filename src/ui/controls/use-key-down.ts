import { useEffect, useRef } from 'react';

/** Where the reader switched single keys off (WCAG 2.1.4); kept in this browser. */
export const singleKeysOff = 'sarc-single-keys-off';

const inField = (event: KeyboardEvent) =>
	event.target instanceof Element &&
	event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null;

function switchedOff(): boolean {
	try {
		return localStorage.getItem(singleKeysOff) === 'true';
	} catch {
		return false;
	}
}

/** The single key that was pressed where no text is typed, or undefined: also when such keys are switched off. */
export function singleKey(event: KeyboardEvent): string | undefined {
	if (event.metaKey || event.ctrlKey || event.altKey || event.repeat) return undefined;
	return event.key.length === 1 && !inField(event) && !switchedOff() ? event.key : undefined;
}

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
