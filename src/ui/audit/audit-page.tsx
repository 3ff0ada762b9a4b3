'use client';

import { IconDownload, IconEye, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import { grouped } from '#ui/words.ts';
import { AuditTable } from './audit-table.tsx';
import { actorsOf, tokensOf } from './entry.ts';
import { ExportDialog } from './export-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, isFiltered, useFilters } from './filters.ts';
import { beforeOfNewer, useAuditPage } from './queries.ts';
import { useRowKeys } from './use-row-keys.ts';
import { useVerify } from './use-verify.ts';
import { VerifyPanel } from './verify-panel.tsx';

const noFilters = { action: '', ok: '', actor: '', from: '', to: '', before: undefined, row: undefined } as const;

function Rows() {
	const { tenant, me } = useHere();
	const { filters, set } = useFilters();
	// A link to one row opens the log at that row; a row that is opened here stays where it is.
	const [anchor, setAnchor] = useState(() =>
		filters.before === undefined && filters.row !== undefined ? filters.row + 1 : undefined,
	);
	const shown = anchor === undefined ? filters : { ...filters, before: anchor };
	const go = (change: Partial<Filters>, how?: 'push' | 'replace') => {
		setAnchor(undefined);
		set(change, how);
	};
	const { data: page, error, refetch, isPlaceholderData } = useAuditPage(tenant, shown);
	const actors = actorsOf(page, me.user);
	const first = page?.entries[0]?.seq;
	const last = page?.entries.at(-1)?.seq;
	const atNewest = shown.before === undefined;

	const newer = async () => {
		if (first === undefined) return go({ before: undefined });
		const before = await beforeOfNewer(tenant, shown, first).catch(() => undefined);
		go({ before, row: undefined }, 'push');
	};
	const box = useRowKeys();
	return (
		<section className="card" aria-labelledby="rows" ref={box}>
			<h2 className="vh" id="rows">
				Rows
			</h2>
			<FilterBar
				filters={filters}
				actors={actors}
				tokens={tokensOf(page)}
				size={page?.size}
				shown={page?.entries.length}
				onChange={(change) => go(change)}
			/>
			{error && !page ? (
				<div className="card__body">
					<Problem error={error} what="The audit log could not be read" retry={() => void refetch()} />
				</div>
			) : !page ? (
				<div className="card__body loading">
					<span className="sk" />
				</div>
			) : page.entries.length === 0 ? (
				<div className="empty">
					<h3>{isFiltered(filters) ? 'No rows match these filters' : 'Nothing is recorded yet'}</h3>
					{isFiltered(filters) || filters.before !== undefined ? (
						<Button small onPress={() => go(noFilters)}>
							Clear filters
						</Button>
					) : (
						<p>Every attempt to write and every change of a setting appears here.</p>
					)}
				</div>
			) : (
				<div aria-busy={isPlaceholderData || undefined}>
					<AuditTable page={page} actors={actors} open={filters.row} onOpen={(row) => set({ row })} />
				</div>
			)}
			{page && first !== undefined && last !== undefined ? (
				<div className="card__foot">
					<span className="small dim num">
						Rows {grouped(last)} to {grouped(first)}
					</span>
					<span className="push row">
						<Button small blocked={atNewest} onPress={() => void newer()}>
							Newer
						</Button>
						<Button small blocked={page.next === null} onPress={() => go({ before: last, row: undefined }, 'push')}>
							Older
						</Button>
					</span>
				</div>
			) : null}
		</section>
	);
}

/** The log: newest first, each row openable to its exact bytes; verify and export beside it. */
export function AuditLogPage() {
	const { tenant, role } = useHere();
	const verify = useVerify(tenant);
	const [exporting, setExporting] = useState(false);
	const mayRead = role !== 'MEMBER';
	const busy = verify.state.at === 'running';
	const size = verify.state.at === 'verdict' ? verify.state.verdict.size : undefined;
	return (
		<>
			<div className="page__head">
				<div className="grow">
					<h1>Audit log</h1>
					<p>One row for every attempt to write and every change of a setting. Rows are added, never changed.</p>
				</div>
				{mayRead ? (
					<div className="row push">
						<Button onPress={() => setExporting(true)}>
							<Icon of={IconDownload} />
							Export…
						</Button>
						<Button look="primary" blocked={busy} onPress={verify.start}>
							<Icon of={IconShieldCheck} />
							Verify chain
						</Button>
					</div>
				) : null}
			</div>
			{mayRead ? (
				<div className="stack">
					<VerifyPanel
						state={verify.state}
						onStart={verify.start}
						onStop={verify.stop}
						onExport={() => setExporting(true)}
					/>
					<Rows />
				</div>
			) : (
				<Alert tone="info" icon={IconEye} title="The audit log is for ADMIN and AUDITOR">
					<p>You are a MEMBER here. What was approved and written is under MCP Gateway, in recent executions.</p>
				</Alert>
			)}
			{exporting ? <ExportDialog size={size} onClose={() => setExporting(false)} /> : null}
		</>
	);
}
