'use client';

import { IconWifiOff } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { Icon } from '#ui/controls/icon.tsx';

const subscribe = (changed: () => void) => {
	addEventListener('online', changed);
	addEventListener('offline', changed);
	return () => {
		removeEventListener('online', changed);
		removeEventListener('offline', changed);
	};
};

/** Under the header while the connection is gone; it goes away by itself. */
export function OfflineBar() {
	const online = useSyncExternalStore(
		subscribe,
		() => navigator.onLine,
		() => true,
	);
	if (online) return null;
	return (
		<div className="alert alert--note offline" role="status">
			<Icon of={IconWifiOff} />
			<div>
				<b className="strong">No connection</b>
				<p>You are reading what was loaded before. Nothing can be approved or switched until the connection is back.</p>
			</div>
		</div>
	);
}
