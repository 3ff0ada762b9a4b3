'use client';

import { Modal } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { IconButton } from '#ui/controls/button.tsx';
import { useReturnFocus } from '#ui/controls/dialog.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { SidebarContent } from './sidebar.tsx';

/** Everything of the sidebar, on a narrow screen. */
export function Drawer({ current, onClose }: { current: string; onClose: () => void }) {
	useReturnFocus();
	return (
		<Modal.Root
			opened
			returnFocus={false}
			onClose={onClose}
			unstyled
			transitionProps={{ duration: 0 }}
			classNames={{ overlay: 'overlay', inner: 'drawer-inner', content: 'drawer' }}
		>
			<Modal.Overlay />
			<Modal.Content>
				<div className="row">
					<Modal.Title className="grow">Navigation</Modal.Title>
					<IconButton label="Close navigation" onClick={onClose}>
						<Icon of={IconX} size={20} />
					</IconButton>
				</div>
				<SidebarContent current={current} onGo={onClose} />
			</Modal.Content>
		</Modal.Root>
	);
}
