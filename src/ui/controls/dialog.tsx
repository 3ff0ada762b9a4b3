'use client';

import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';

/** Gives the focus back to whatever had it before, when the dialog is gone. */
export function useReturnFocus() {
	const [opener] = useState(() => document.activeElement);
	useEffect(
		() => () => {
			if (opener instanceof HTMLElement && opener.isConnected) setTimeout(() => opener.focus());
		},
		[opener],
	);
}

/**
 * A dialog that repeats verb and object. Mantine’s Modal gives the focus trap and the scroll lock; the look is ours.
 * No Modal.Header: it would be a second banner.
 */
export function Dialog(props: { title: ReactNode; onClose: () => void; children: ReactNode; foot: ReactNode }) {
	useReturnFocus();
	return (
		<Modal.Root
			opened
			onClose={props.onClose}
			unstyled
			centered
			returnFocus={false}
			transitionProps={{ duration: 0 }}
			classNames={{ overlay: 'overlay', inner: 'dialog-inner', content: 'dialog', title: 'dialog__title' }}
		>
			<Modal.Overlay />
			<Modal.Content>
				<div className="dialog__body">
					<Modal.Title tabIndex={-1} data-autofocus>
						{props.title}
					</Modal.Title>
					{props.children}
				</div>
				<div className="dialog__foot">{props.foot}</div>
			</Modal.Content>
		</Modal.Root>
	);
}
