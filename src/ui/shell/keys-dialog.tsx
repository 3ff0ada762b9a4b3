'use client';

import { useLocalStorage } from '@mantine/hooks';
import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog.tsx';
import { useCommandKey } from '#ui/controls/keys.tsx';
import { singleKeysOff } from '#ui/controls/use-key-down.ts';

const rows: readonly { keys: readonly string[]; does: string }[] = [
	{ keys: ['mod', '↵'], does: 'Open the propose panel, then preview' },
	{ keys: ['mod', '⇧', '↵'], does: 'Approve what is shown, when every notice is ticked' },
	{ keys: ['Esc'], does: 'Discard or close' },
	{ keys: ['x'], does: 'Tick the next notice' },
	{ keys: ['/'], does: 'Filter the audit log' },
	{ keys: ['j'], does: 'Next row of the audit log' },
	{ keys: ['k'], does: 'Row before' },
	{ keys: ['↵'], does: 'Open or close that row' },
	{ keys: ['g', 'm'], does: 'Go to MCP Gateway' },
	{ keys: ['g', 'a'], does: 'Go to the audit log' },
	{ keys: ['g', 's'], does: 'Go to settings' },
	{ keys: ['?'], does: 'Show this list' },
];

/** The keys, and the switch for those that are one key. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
	const command = useCommandKey();
	const [off, setOff] = useLocalStorage<boolean>({ key: singleKeysOff, defaultValue: false });
	return (
		<Dialog title="Keys" onClose={onClose} foot={<Button onPress={onClose}>Close</Button>}>
			<dl className="keylist">
				{rows.map((row) => (
					<div key={row.does}>
						<dt className="kbd">
							{row.keys.map((key) => (
								<kbd key={key}>{key === 'mod' ? command : key}</kbd>
							))}
						</dt>
						<dd>{row.does}</dd>
					</div>
				))}
			</dl>
			<label className="row row--tight small">
				<input type="checkbox" checked={!off} onChange={(event) => setOff(!event.currentTarget.checked)} />
				Single keys act outside fields
			</label>
		</Dialog>
	);
}
