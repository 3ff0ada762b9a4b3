'use client';

import { useForm } from '@mantine/form';
import { useEffect, useRef, useState } from 'react';
import { ProblemError } from '#api/client';
import { useKeyDown } from '#ui/controls/use-key-down.ts';
import { useHere, usePrereqs } from '#ui/tenant.tsx';
import { DecisionSheet } from './decision-sheet.tsx';
import { keepDraft, readDraft } from './draft.ts';
import { Executing } from './executing.tsx';
import { Outcome } from './outcome.tsx';
import { ProposePanel } from './propose-panel.tsx';
import { useWriteFlow } from './use-write-flow.ts';
import { WriteForm } from './write-form.tsx';
import {
	checkValues,
	emptyValues,
	errorsByField,
	labelsOf,
	submittedOf,
	type WriteKind,
	type WriteValues,
} from './writes.ts';

const isEnter = (event: KeyboardEvent) =>
	event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !event.shiftKey && !event.repeat;

/** Form → panel → decision → outcome, in one place on the page. The form keeps its text throughout. */
export function Workbench() {
	const { tenant, me } = useHere();
	const { data: prereqs } = usePrereqs(tenant);
	const [kind, setKind] = useState<WriteKind>('issue');
	const form = useForm<WriteValues>({ initialValues: emptyValues, clearInputErrorOnChange: true });
	const openButton = useRef<HTMLButtonElement>(null);
	const area = useRef<HTMLDivElement>(null);

	// Counts what was refused beside a field, so that the focus follows once the field is shown as wrong.
	const [wrong, setWrong] = useState(0);
	useEffect(() => {
		if (wrong > 0) area.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
	}, [wrong]);
	const showErrors = (errors: Partial<Record<keyof WriteValues, string>>) => {
		form.setErrors(errors);
		setWrong((times) => times + 1);
	};
	const flow = useWriteFlow((problem) => {
		const errors = problem instanceof ProblemError ? errorsByField(problem.errors, labelsOf(form.values)) : {};
		const beside = Object.keys(errors).length > 0;
		if (beside) showErrors(errors);
		return beside;
	});
	const { stage } = flow;

	const restored = useRef(false);
	// biome-ignore lint/correctness/useExhaustiveDependencies: once, when the browser has taken over
	useEffect(() => {
		const draft = readDraft(tenant, me.user.id);
		if (draft) {
			form.setValues(draft.values);
			setKind(draft.kind);
		}
		restored.current = true;
	}, []);
	useEffect(() => {
		if (restored.current) keepDraft(tenant, me.user.id, { kind, values: form.values });
	}, [tenant, me.user.id, kind, form.values]);

	const deciding = stage.at === 'decide' || stage.at === 'panel';
	useEffect(() => {
		document.body.classList.toggle('deciding', deciding);
		return () => document.body.classList.remove('deciding');
	}, [deciding]);

	const blocked =
		prereqs && !prereqs.gateway.ok
			? 'Available when the gateway is on. Your text is kept.'
			: prereqs && !prereqs.agentDispatch.ok
				? 'Available when agent dispatch is on. Your text is kept.'
				: undefined;

	const checked = (): boolean => {
		const errors = checkValues(kind, form.values);
		if (Object.keys(errors).length === 0) return true;
		showErrors(errors);
		return false;
	};
	const open = () => {
		if (blocked === undefined && checked()) flow.open();
	};
	const preview = () => {
		if (checked()) flow.preview(submittedOf(kind, form.values));
	};
	/** The set that was proposed and these too: put into the form as well, since that is what is approved then. */
	const keep = (labels: readonly string[]) => {
		const next = { ...form.values, labels: [...labelsOf(form.values), ...labels], label: '' };
		form.setValues(next);
		flow.preview(submittedOf(kind, next));
	};
	const discard = () => {
		flow.close();
		requestAnimationFrame(() => openButton.current?.focus());
	};

	/** What was written is done with; the next one is often for the same repository. */
	const anew = () => {
		form.setValues({ ...emptyValues, owner: form.values.owner, repo: form.values.repo });
		form.clearErrors();
	};
	// However the outcome is left, also by a reload: else the last text, or set of labels, is there to be written once more.
	const isWritten = stage.at === 'outcome' && stage.result.kind === 'answer' && !stage.result.answer.replayed;
	// biome-ignore lint/correctness/useExhaustiveDependencies: once, when it has been written
	useEffect(() => {
		if (isWritten) anew();
	}, [isWritten]);
	const again = () => {
		anew();
		flow.close();
		requestAnimationFrame(() =>
			area.current?.querySelector<HTMLElement>(kind === 'issue' ? '[name="title"]' : '[name="number"]')?.focus(),
		);
	};

	useKeyDown((event) => {
		if (isEnter(event)) {
			if (stage.at === 'form') open();
			else if (stage.at === 'panel' && !stage.busy) preview();
			else return;
			event.preventDefault();
		} else if (event.key === 'Escape' && stage.at !== 'form' && stage.at !== 'executing') {
			discard();
		}
	});

	const showForm = stage.at === 'form' || stage.at === 'panel';
	return (
		<div className="stack" ref={area}>
			{showForm ? (
				<WriteForm
					form={form}
					kind={kind}
					onKind={(next) => {
						setKind(next);
						form.clearErrors();
						flow.close();
					}}
					blocked={blocked}
					onOpen={open}
					onClear={() => {
						form.setValues(emptyValues);
						form.clearErrors();
						flow.close();
					}}
					openRef={openButton}
				/>
			) : null}
			{stage.at === 'panel' ? (
				<ProposePanel
					kind={kind}
					values={form.values}
					busy={stage.busy}
					problem={stage.problem}
					onPreview={preview}
					onDiscard={discard}
				/>
			) : null}
			{stage.at === 'decide' ? (
				<DecisionSheet
					key={stage.proposal.at}
					proposal={stage.proposal}
					onApprove={(acknowledged) => flow.approve(stage.proposal, acknowledged)}
					onKeep={keep}
					onDiscard={discard}
				/>
			) : null}
			{stage.at === 'executing' ? <Executing proposal={stage.proposal} /> : null}
			{stage.at === 'outcome' ? (
				<Outcome
					proposal={stage.proposal}
					result={stage.result}
					onRetry={() => flow.approve(stage.proposal, stage.acknowledged)}
					onPreview={() => flow.preview(stage.proposal.submitted)}
					onAnother={() => flow.another(stage.proposal.submitted)}
					onAgain={again}
					onBack={discard}
				/>
			) : null}
		</div>
	);
}
