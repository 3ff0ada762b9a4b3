'use client';

import { IconX } from '@tabler/icons-react';
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useRef } from 'react';
import type { FieldIds } from './field.tsx';
import { Icon } from './icon.tsx';
import { useSay } from './live.tsx';

/**
 * Several short names in one field. Enter or a comma that is not part of a name adds what was typed, Backspace in an empty field takes the last one
 * off, several can be pasted at once; each name has a button of its own that takes it off.
 */
export function TagInput(props: {
	ids: FieldIds;
	/** What the list is called. */
	listLabel: string;
	values: readonly string[];
	text: string;
	/** Splits what was typed or pasted into names. */
	namesIn: (text: string) => string[];
	/** Whether a comma would go on with the name that is being typed. */
	isInName?: (text: string) => boolean;
	onText: (text: string) => void;
	/** Adds these to the list and empties the field. */
	onAdd: (names: string[]) => void;
	onRemove: (name: string) => void;
	placeholder?: string;
	/** A name as it is drawn in the list. */
	shown?: (name: string) => ReactNode;
}) {
	const say = useSay();
	const box = useRef<HTMLDivElement>(null);
	const input = useRef<HTMLInputElement>(null);
	const add = (text: string) => {
		const names = props.namesIn(text);
		if (names.length === 0) return;
		props.onAdd(names);
		say(`Added: ${names.join(', ')}.`);
	};
	const isInName = props.isInName ?? (() => false);
	const remove = (name: string, index: number) => {
		props.onRemove(name);
		say(`${name} is taken off the list.`);
		// The button that was pressed is gone: its neighbour takes the focus, and after the last one the field.
		requestAnimationFrame(() => {
			const rest = box.current?.querySelectorAll<HTMLButtonElement>('.tagged button');
			(rest?.[Math.min(index, rest.length - 1)] ?? input.current)?.focus();
		});
	};
	const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
		if (event.nativeEvent.isComposing) return;
		const parts = event.key === ',' && !isInName(props.text);
		const adds = parts || (event.key === 'Enter' && !event.ctrlKey && !event.metaKey);
		if (adds && (parts || props.text.trim() !== '')) {
			event.preventDefault();
			add(props.text);
		} else if (event.key === 'Backspace' && props.text === '' && !event.repeat) {
			const last = props.values.at(-1);
			if (last === undefined) return;
			event.preventDefault();
			props.onRemove(last);
			say(`${last} is taken off the list.`);
		}
	};
	const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
		const pasted = event.clipboardData.getData('text');
		if (!/[,\n\r]/.test(pasted) || isInName(`${props.text}${pasted}`)) return;
		event.preventDefault();
		add(`${props.text}${pasted}`);
	};
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: a larger target for the mouse; the field in it is the keyboard's
		<div
			className={props.ids['aria-invalid'] ? 'tags tags--wrong' : 'tags'}
			ref={box}
			onMouseDown={(event) => {
				if (event.target !== event.currentTarget) return;
				event.preventDefault();
				input.current?.focus();
			}}
		>
			{props.values.length > 0 ? (
				<ul aria-label={props.listLabel}>
					{props.values.map((name, index) => (
						<li key={name} className="tagged">
							<span className="mono">{props.shown?.(name) ?? name}</span>
							<button
								type="button"
								aria-label={`Take ${name} off`}
								onClick={() => remove(name, index)}
								onKeyDown={(event) => {
									if (event.key !== 'Backspace' && event.key !== 'Delete') return;
									event.preventDefault();
									remove(name, index);
								}}
							>
								<Icon of={IconX} size={14} />
							</button>
						</li>
					))}
				</ul>
			) : null}
			<input
				{...props.ids}
				ref={input}
				className="mono"
				autoComplete="off"
				autoCapitalize="off"
				spellCheck={false}
				enterKeyHint="done"
				placeholder={props.values.length === 0 ? props.placeholder : undefined}
				value={props.text}
				onChange={(event) => props.onText(event.currentTarget.value)}
				onKeyDown={onKeyDown}
				onPaste={onPaste}
				onBlur={() => add(props.text)}
			/>
		</div>
	);
}
