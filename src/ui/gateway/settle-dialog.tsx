'use client';

import { useEffect, useRef, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { Keys } from '#ui/controls/keys.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import type { Execution } from './executions.ts';
import { type Finding, foundAt, lacks, useSettle, type Wrong, wrongOf } from './settle.ts';
import { SettleForm } from './settle-form.tsx';
import { SettledNow } from './settled-now.tsx';

/** Settles what only a person can: it happened, and where; or it did not. What comes of it is shown in its place. */
export function SettleDialog({ execution, onClose }: { execution: Execution; onClose: () => void }) {
	const { tenant } = useHere();
	const say = useSay();
	const settle = useSettle(tenant, execution.id);
	const claimed = execution.claimed?.url ?? '';
	const [finding, setFinding] = useState<Finding>({ happened: undefined, url: claimed, reason: '' });
	const [missing, setMissing] = useState<Wrong>({});
	const [closing, setClosing] = useState(false);
	const form = useRef<HTMLFormElement>(null);
	const answered = wrongOf(settle.error, settle.variables?.happened ?? false);
	const { data } = settle;
	const typed = finding.reason !== '' || finding.url !== claimed;

	// Once what is wrong is shown as wrong.
	const toWrong = () =>
		requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
	// biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer
	useEffect(() => {
		if (answered !== undefined) toWrong();
	}, [settle.error]);
	useEffect(() => {
		if (data) document.querySelector<HTMLElement>('.dialog__title')?.focus();
	}, [data]);
	const change = (next: Finding) => {
		setFinding(next);
		setMissing({});
		if (settle.error) settle.reset();
	};
	const submit = () => {
		if (settle.isPending || data || closing) return;
		const { happened } = finding;
		const lacking = lacks(finding);
		setMissing(lacking);
		if (happened === undefined || Object.keys(lacking).length > 0) return toWrong();
		settle.mutate(
			{ happened, url: finding.url.trim(), reason: finding.reason.trim() },
			{
				onSuccess: ({ execution: now }) =>
					say(now.state === 'CONFIRMED' ? 'Settled: it was written.' : 'Settled: it was not written.'),
			},
		);
	};
	// On the window: the focus begins on the title, outside the form.
	const onEnter = useRef(submit);
	useEffect(() => {
		onEnter.current = submit;
	});
	useEffect(() => {
		const onKeyDown = (event: KeyboardEvent) => {
			const sends = event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !event.repeat;
			if (!sends || event.isComposing) return;
			event.preventDefault();
			onEnter.current();
		};
		addEventListener('keydown', onKeyDown, { capture: true });
		return () => removeEventListener('keydown', onKeyDown, { capture: true });
	}, []);
	const close = () => (typed && !data && !closing ? setClosing(true) : onClose());
	const foot = data ? (
		<Button look="primary" onPress={onClose}>
			Close
		</Button>
	) : closing ? (
		<>
			<p className="grow small">Close, and lose what you typed?</p>
			<Button onPress={() => setClosing(false)}>Keep writing</Button>
			<Button look="danger" onPress={onClose}>
				Close
			</Button>
		</>
	) : (
		<>
			<Button onPress={close}>
				Later <Keys keys={['Esc']} />
			</Button>
			<Button look="primary" blocked={settle.isPending} onPress={submit}>
				{settle.isPending ? 'Reading and recording…' : 'Record finding'} <Keys keys={['mod', '↵']} />
			</Button>
		</>
	);
	return (
		<Dialog title={data ? 'Settled' : 'Was this written?'} onClose={close} foot={foot}>
			{data ? (
				<SettledNow execution={data.execution} row={data.row} />
			) : (
				<SettleForm
					execution={execution}
					finding={finding}
					wrong={{ ...answered, ...missing }}
					found={foundAt(settle.error)}
					onChange={change}
					onSubmit={submit}
					formRef={form}
				/>
			)}
			{settle.error && answered === undefined ? (
				<Problem error={settle.error} what="The finding could not be recorded" />
			) : null}
		</Dialog>
	);
}
