import type { ReactNode } from 'react';

/** A small choice of a few, shown at once. */
export function Segmented<T extends string>(props: {
	label: string;
	value: T;
	options: readonly { value: T; label: ReactNode; name?: string }[];
	onChange: (value: T) => void;
}) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset cannot sit in a flex row without a legend of its own
		<div className="seg" role="group" aria-label={props.label}>
			{props.options.map((option) => (
				<button
					key={option.value}
					type="button"
					aria-pressed={option.value === props.value}
					aria-label={option.name}
					onClick={() => props.onChange(option.value)}
				>
					{option.label}
				</button>
			))}
		</div>
	);
}
