import type { ComponentProps, ReactNode } from 'react';

type Look = 'plain' | 'primary' | 'danger' | 'danger-line' | 'stop' | 'quiet';

const classOf = (look: Look, small: boolean) =>
	['btn', look === 'plain' ? '' : `btn--${look}`, small ? 'btn--sm' : ''].filter(Boolean).join(' ');

/**
 * A button that stays focusable when it cannot be used: `blocked` sets aria-disabled and swallows the press, and the
 * reason stands beside it (`describedBy`). The native `disabled` would take it out of reach of a keyboard.
 */
export function Button({
	look = 'plain',
	small = false,
	blocked = false,
	describedBy,
	onPress,
	type = 'button',
	children,
	...rest
}: {
	look?: Look;
	small?: boolean;
	blocked?: boolean;
	describedBy?: string | undefined;
	onPress?: (() => void) | undefined;
	children: ReactNode;
} & Omit<ComponentProps<'button'>, 'onClick' | 'className' | 'aria-disabled' | 'disabled'>) {
	return (
		<button
			{...rest}
			type={type}
			className={classOf(look, small)}
			aria-disabled={blocked || undefined}
			aria-describedby={describedBy}
			onClick={(event) => {
				if (blocked) event.preventDefault();
				else onPress?.();
			}}
		>
			{children}
		</button>
	);
}

/** A link that looks like a button. */
export function ButtonLink({
	look = 'plain',
	small = false,
	...rest
}: { look?: Look; small?: boolean } & Omit<ComponentProps<'a'>, 'className'>) {
	return <a {...rest} className={classOf(look, small)} />;
}

export function IconButton({ label, ...rest }: { label: string } & Omit<ComponentProps<'button'>, 'aria-label'>) {
	return <button type="button" {...rest} className={`ib ${rest.className ?? ''}`} aria-label={label} />;
}
