'use client';

import { useClickOutside } from '@mantine/hooks';
import { type ReactNode, useRef, useState } from 'react';

/** A button that discloses a panel; Esc and a press outside close it, and focus returns to the button. */
export function Popover(props: {
	up?: boolean;
	className: string;
	button: ReactNode;
	label: string;
	children: (close: () => void) => ReactNode;
}) {
	const [open, setOpen] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	const ref = useClickOutside(() => setOpen(false));
	const close = () => {
		setOpen(false);
		button.current?.focus();
	};
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: Esc closes what the button inside has opened
		<div
			className={`popover popover--${props.up ? 'up' : 'down'}`}
			ref={ref}
			onKeyDown={(event) => {
				if (event.key !== 'Escape' || !open) return;
				event.stopPropagation();
				close();
			}}
		>
			<button
				ref={button}
				type="button"
				className={props.className}
				aria-expanded={open}
				onClick={() => setOpen(!open)}
			>
				{props.button}
				<span className="vh">{props.label}</span>
			</button>
			{open ? <div className="menu">{props.children(close)}</div> : null}
		</div>
	);
}
