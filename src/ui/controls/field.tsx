'use client';

import { IconAlertTriangle } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { Icon } from './icon.tsx';

export interface FieldIds {
	readonly id: string;
	readonly 'aria-invalid': true | undefined;
	readonly 'aria-describedby': string | undefined;
}

/** A labelled control with its help, counter and error; the ids that join them are handed to the control. */
export function Field({
	label,
	count,
	help,
	error,
	children,
}: {
	label: string;
	/** “45 of 256”, beside the label. */
	count?: string | undefined;
	help?: ReactNode;
	error?: ReactNode;
	children: (ids: FieldIds) => ReactNode;
}) {
	const id = useId();
	const parts = [error ? `${id}-e` : '', help ? `${id}-h` : '', count ? `${id}-c` : ''].filter(Boolean);
	return (
		<div className="field">
			<div className="field__label">
				<label htmlFor={id}>{label}</label>
				{count ? (
					<span className="tiny dim num" id={`${id}-c`}>
						{count}
					</span>
				) : null}
			</div>
			{children({
				id,
				'aria-invalid': error ? true : undefined,
				'aria-describedby': parts.length > 0 ? parts.join(' ') : undefined,
			})}
			{error ? (
				<p className="err" id={`${id}-e`}>
					<Icon of={IconAlertTriangle} size={14} />
					<span>{error}</span>
				</p>
			) : null}
			{help ? (
				<p className="help" id={`${id}-h`}>
					{help}
				</p>
			) : null}
		</div>
	);
}
