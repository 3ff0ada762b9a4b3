'use client';

import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useId } from 'react';

/**
 * A dialog that repeats verb and object. Mantine’s Modal gives the focus trap, the scroll lock and the return of focus;
 * the look is ours. No Modal.Header: it would be a second banner.
 */
export function Dialog(props: {
	title: ReactNode;
	onClose: () => void;
	children: ReactNode;
	foot: ReactNode;
	label?: string;
}) {
	const id = useId();
	return (
		<Modal.Root
			opened
			onClose={props.onClose}
			unstyled
			centered
			transitionProps={{ duration: 0 }}
			classNames={{ overlay: 'overlay', inner: 'dialog-inner', content: 'dialog' }}
		>
			<Modal.Overlay />
			<Modal.Content aria-labelledby={id}>
				<div className="dialog__body">
					<h2 id={id} tabIndex={-1} data-autofocus>
						{props.title}
					</h2>
					{props.children}
				</div>
				<div className="dialog__foot">{props.foot}</div>
			</Modal.Content>
		</Modal.Root>
	);
}
