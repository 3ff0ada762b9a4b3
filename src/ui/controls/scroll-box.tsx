import type { ReactNode } from 'react';

/** Preformatted text that may scroll, so it can be reached by keyboard and has a name. */
export function ScrollBox(props: { className: string; label: string; children: ReactNode }) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset cannot hold preformatted text
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
		<pre className={props.className} tabIndex={0} role="group" aria-label={props.label}>
			{props.children}
		</pre>
	);
}
