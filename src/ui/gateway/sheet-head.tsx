'use client';

import { IconListCheck, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { IconButton } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';

/** A heading that takes the focus when it appears: never a button, so that no key pressed too long can decide. */
export function FocusHeading({ children, focusKey }: { children: ReactNode; focusKey: string }) {
	const ref = useRef<HTMLHeadingElement>(null);
	// biome-ignore lint/correctness/useExhaustiveDependencies: focus moves when what is shown changes, and only then
	useEffect(() => {
		ref.current?.focus({ preventScroll: true });
		ref.current?.closest('.sheet')?.scrollIntoView({ block: 'start' });
	}, [focusKey]);
	return (
		<h2 className="sheet__title" tabIndex={-1} ref={ref}>
			{children}
		</h2>
	);
}

/** A sentence with its target in the mono font. */
export function WithTarget({ sentence, target }: { sentence: string; target: string }) {
	const at = sentence.indexOf(target);
	if (target === '' || at < 0) return sentence;
	return (
		<>
			{sentence.slice(0, at)}
			<span className="mono">{target}</span>
			{sentence.slice(at + target.length)}
		</>
	);
}

export function SheetHead(props: { tag: string; focusKey: string; onClose: () => void; children: ReactNode }) {
	return (
		<div className="sheet__head">
			<div className="eyebrow">
				<span className="tag">{props.tag}</span>
				<span className="state">
					<Icon of={IconListCheck} />
					On the write list
				</span>
				<span className="push">
					<IconButton label="Close the panel" onClick={props.onClose}>
						<Icon of={IconX} />
					</IconButton>
				</span>
			</div>
			<FocusHeading focusKey={props.focusKey}>{props.children}</FocusHeading>
		</div>
	);
}
