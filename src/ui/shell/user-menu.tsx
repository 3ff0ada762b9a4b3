'use client';

import { useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconDots, IconKey, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import Link from 'next/link';
import { useState } from 'react';
import { Icon } from '#ui/controls/icon.tsx';
import { Segmented } from '#ui/controls/segmented.tsx';
import { useZone, type Zone } from '#ui/controls/time.tsx';
import { useHere } from '#ui/tenant.tsx';
import { initials } from './initials.ts';
import { Popover } from './popover.tsx';
import { signOut } from './sign-out.ts';

export function ThemeChoice() {
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	return (
		<Segmented
			label="Theme"
			value={colorScheme}
			onChange={setColorScheme}
			options={[
				{ value: 'light', name: 'Light', label: <Icon of={IconSun} /> },
				{ value: 'dark', name: 'Dark', label: <Icon of={IconMoon} /> },
				{
					value: 'auto',
					name: 'System',
					label: <Icon of={IconDeviceDesktop} />,
				},
			]}
		/>
	);
}

const zones: readonly { value: Zone; label: string }[] = [
	{ value: 'UTC', label: 'UTC' },
	{ value: 'Local', label: 'Local' },
];

export function UserMenu() {
	const { me, tenant, role } = useHere();
	const [zone, setZone] = useZone();
	const [failed, setFailed] = useState(false);
	const button = (
		<>
			<span className="glyph glyph--round" aria-hidden="true">
				{initials(me.user.name)}
			</span>
			<span className="grow">
				<span className="med">{me.user.name}</span>
				<small>Theme, times, session</small>
			</span>
			<Icon of={IconDots} />
		</>
	);
	return (
		<Popover up className="user" button={button} label="Open your menu">
			{(close) => (
				<>
					<p className="k">
						Signed in as {me.user.name}, {role} of {tenant}
					</p>
					<div className="row menu__row">
						<span className="grow">Theme</span>
						<ThemeChoice />
					</div>
					<div className="row menu__row">
						<span className="grow">Times</span>
						<Segmented label="Times" value={zone} onChange={setZone} options={zones} />
					</div>
					<Link href={`/t/${tenant}/settings/api-tokens`} prefetch={false} onClick={close}>
						<Icon of={IconKey} />
						API tokens
					</Link>
					<hr />
					<button type="button" className="mi" onClick={() => void signOut(() => setFailed(true))}>
						<Icon of={IconLogout} />
						Sign out
					</button>
					{failed ? (
						<p className="k err-text" role="alert">
							The portal did not answer. You are still signed in.
						</p>
					) : null}
				</>
			)}
		</Popover>
	);
}
