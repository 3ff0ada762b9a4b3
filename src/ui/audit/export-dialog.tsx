'use client';

import { IconDownload } from '@tabler/icons-react';
import { Button, ButtonLink } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useHere } from '#ui/tenant.tsx';
import { grouped } from '#ui/words.ts';

/** Says what is in the file and what is not, before it is fetched. */
export function ExportDialog({ size, onClose }: { size: number | undefined; onClose: () => void }) {
	const { tenant } = useHere();
	return (
		<Dialog
			title="Export the audit log"
			onClose={onClose}
			foot={
				<>
					<Button onPress={onClose}>Cancel</Button>
					<ButtonLink
						look="primary"
						href={`/api/audit/export?tenant=${encodeURIComponent(tenant)}`}
						download={`audit-${tenant}.ndjson`}
						onClick={onClose}
					>
						<Icon of={IconDownload} />
						{size === undefined ? 'Export every row' : `Export ${grouped(size)} rows`}
					</ButtonLink>
				</>
			}
		>
			<p className="sub">
				One row per line, byte for byte as hashed. It holds ids, actions, times and hashes; no names, no arguments and
				no credentials. The offline verifier reads it without this portal.
			</p>
			<p className="sub">It is the whole log: filters do not apply, or the chain could not be checked.</p>
		</Dialog>
	);
}
