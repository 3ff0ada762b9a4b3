'use client';

import { createContext, type ReactNode, useContext, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { useHere } from '#ui/tenant.tsx';
import type { Execution } from './executions.ts';
import { SettleDialog } from './settle-dialog.tsx';

const Open = createContext<(execution: Execution) => void>(() => {});

/** Holds the dialog above the lists and the sheet: what is settled leaves them, and the dialog says what came of it. */
export function Settling({ children }: { children: ReactNode }) {
	const [execution, setExecution] = useState<Execution>();
	const close = () => {
		setExecution(undefined);
		// The button that opened it may be gone with its row.
		setTimeout(() => {
			const lost = document.activeElement === null || document.activeElement === document.body;
			if (lost) document.getElementById('recent')?.focus();
		}, 50);
	};
	return (
		<Open value={setExecution}>
			{children}
			{execution ? <SettleDialog key={execution.id} execution={execution} onClose={close} /> : null}
		</Open>
	);
}

/** For an ADMIN a button; others read who settles it. */
export function SettleButton({ execution }: { execution: Execution }) {
	const { role } = useHere();
	const open = useContext(Open);
	if (role !== 'ADMIN') return <span className="small dim">An ADMIN settles it</span>;
	return (
		<Button small onPress={() => open(execution)}>
			Settle…
		</Button>
	);
}
