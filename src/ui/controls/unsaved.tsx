'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog-lazy.tsx';

const leaving = 'portal-leaving';

/** Asks whoever holds unsaved changes whether the page may be left; runs `go` when nobody does. */
export function leave(go: () => void): void {
	if (dispatchEvent(new CustomEvent(leaving, { cancelable: true, detail: go }))) go();
}

/** A press that would replace this page by another one of the portal; the browser itself asks about all others. */
function addressOf(event: MouseEvent): string | undefined {
	if (event.defaultPrevented || event.button !== 0) return undefined;
	if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
	const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
	if (!(link instanceof HTMLAnchorElement) || (link.target !== '' && link.target !== '_self')) return undefined;
	if (link.origin !== location.origin || link.pathname === location.pathname) return undefined;
	return link.pathname + link.search + link.hash;
}

/** While there are unsaved changes: a question before a link, a key or the browser takes the page away. */
export function Unsaved({ dirty, title, leaveWord }: { dirty: boolean; title: string; leaveWord: string }) {
	const router = useRouter();
	const [go, setGo] = useState<{ run: () => void }>();
	useEffect(() => {
		if (!dirty) return;
		const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
		const onClick = (event: MouseEvent) => {
			const address = addressOf(event);
			if (address === undefined) return;
			event.preventDefault();
			setGo({ run: () => router.push(address) });
		};
		const onLeaving = (event: Event) => {
			event.preventDefault();
			setGo({ run: (event as CustomEvent<() => void>).detail });
		};
		addEventListener('beforeunload', onUnload);
		addEventListener('click', onClick, { capture: true });
		addEventListener(leaving, onLeaving);
		return () => {
			removeEventListener('beforeunload', onUnload);
			removeEventListener('click', onClick, { capture: true });
			removeEventListener(leaving, onLeaving);
		};
	}, [dirty, router]);
	if (go === undefined) return null;
	const stay = () => setGo(undefined);
	return (
		<Dialog
			title={title}
			onClose={stay}
			foot={
				<>
					<Button onPress={stay}>Stay here</Button>
					<Button
						look="danger"
						onPress={() => {
							stay();
							go.run();
						}}
					>
						{leaveWord}
					</Button>
				</>
			}
		>
			<p className="sub">The changes are kept nowhere else.</p>
		</Dialog>
	);
}
