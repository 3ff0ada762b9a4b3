'use client';

import { IconCheck, IconEye, IconInfoCircle, IconPower } from '@tabler/icons-react';
import { useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useFlags, useHere } from '#ui/tenant.tsx';
import { JustOff } from './just-off.tsx';
import { WhoSwitchedOff } from './last-change.tsx';
import { SwitchOnDialog } from './switch-on-dialog.tsx';
import { type Flags, featureName, type Switch, useSwitch } from './switches.ts';

interface Line {
	readonly flag: Switch['flag'];
	readonly does: string;
	/** Absent where there is no such scope. */
	readonly global: boolean | undefined;
	readonly tenant: boolean;
	readonly effective: boolean;
	readonly by: string | null;
	readonly at: string | null;
	readonly reason: string | null;
}

function linesOf(flags: Flags): readonly Line[] {
	const does = {
		'mcp.gateway': 'propose and execute writes',
		'mcp.execute-tokens': 'tokens that may approve and execute, for 24 h at most',
	};
	const features = flags.flags.map((one): Line => ({ ...one, does: does[one.flag] }));
	const dispatch: Line = {
		...flags.agentDispatch,
		flag: 'agentDispatchEnabled',
		does: 'carry out approved writes',
		global: undefined,
		tenant: flags.agentDispatch.enabled,
		effective: flags.agentDispatch.enabled,
	};
	const [first, ...rest] = features;
	return first ? [first, dispatch, ...rest] : [dispatch];
}

function Toggle(props: { on: boolean; label: string; blocked: boolean; onPress: () => void }) {
	return (
		<button
			type="button"
			role="switch"
			className="switch"
			aria-checked={props.on}
			aria-label={props.label}
			aria-disabled={props.blocked || undefined}
			onClick={() => {
				if (!props.blocked) props.onPress();
			}}
		>
			<i />
			{props.on ? 'On' : 'Off'}
		</button>
	);
}

function Effect({ line }: { line: Line }) {
	return (
		<>
			<span className={line.effective ? 'state state--good' : 'state state--solid'}>
				<Icon of={line.effective ? IconCheck : IconPower} />
				{line.effective ? 'On' : 'Off'}
			</span>
			{line.global === false && line.tenant ? <small>Off everywhere wins</small> : null}
		</>
	);
}

function Matrix(props: { lines: readonly Line[]; busy: boolean; onPress: (which: Switch, on: boolean) => void }) {
	const { tenant, role, me } = useHere();
	return (
		<section className="card" aria-labelledby="features">
			<h2 className="vh" id="features">
				Features by scope
			</h2>
			<table className="tbl tbl--mid">
				<thead>
					<tr>
						<th scope="col">Feature</th>
						<th scope="col">Everywhere</th>
						<th scope="col">{tenant}</th>
						<th scope="col">In effect in {tenant}</th>
						<th scope="col">Last change</th>
					</tr>
				</thead>
				<tbody>
					{props.lines.map((line) => {
						const name = featureName(line.flag);
						const { flag } = line;
						return (
							<tr key={flag} id={flag === 'agentDispatchEnabled' ? 'dispatch' : undefined}>
								<td>
									<span className="med">{name}</span>
									<small>
										<span className="mono">{flag}</span> · {line.does}
									</small>
								</td>
								<td data-l="Everywhere">
									{line.global === undefined || flag === 'agentDispatchEnabled' ? (
										<span className="dim">Set per tenant</span>
									) : (
										<Toggle
											on={line.global}
											label={`${name}, everywhere`}
											blocked={props.busy || !me.platformAdmin}
											onPress={() => props.onPress({ scope: 'global', flag }, line.global === true)}
										/>
									)}
								</td>
								<td data-l={tenant}>
									<Toggle
										on={line.tenant}
										label={`${name}, ${tenant}`}
										blocked={props.busy || role !== 'ADMIN'}
										onPress={() => props.onPress({ scope: 'tenant', flag }, line.tenant)}
									/>
								</td>
								<td data-l="In effect">
									<Effect line={line} />
								</td>
								<td data-l="Last change">
									{line.at ? (
										<>
											{line.by ?? 'Set at installation'}, <Moment at={line.at} seconds={false} />
										</>
									) : (
										<span className="dim">never</span>
									)}
									{line.reason ? <small>“{line.reason}”</small> : null}
								</td>
							</tr>
						);
					})}
				</tbody>
			</table>
			<div className="card__foot small sub">
				<Icon of={IconInfoCircle} />
				<span>
					“Everywhere” reaches every tenant. Changing it needs rights over the whole installation;{' '}
					{me.platformAdmin ? 'you have them.' : 'you do not have them.'}
				</span>
			</div>
		</section>
	);
}

/** The matrix of features and scopes. Off is one press and asks nothing; on is a question. */
export function KillSwitchPage() {
	const { tenant, role } = useHere();
	const say = useSay();
	const { data: flags, error, refetch } = useFlags(tenant);
	const put = useSwitch(tenant);
	const [asking, setAsking] = useState<Switch>();
	const [justOff, setJustOff] = useState<readonly Switch[]>([]);
	const lines = flags ? linesOf(flags) : [];

	const off = async (all: readonly Switch[]) => {
		const done: Switch[] = [];
		// One after the other: each is a change of its own, and one that fails does not stop the others.
		for (const which of all) {
			await put.mutateAsync({ which, enabled: false }).then(
				() => done.push(which),
				() => {},
			);
		}
		setJustOff(done);
		if (done.length > 0) say(`${done.map((one) => featureName(one.flag)).join(', ')} off.`);
	};
	const press = (which: Switch, on: boolean) => {
		if (on) void off([which]);
		else setAsking(which);
	};
	const on = lines.filter((line) => line.tenant).map((line): Switch => ({ scope: 'tenant', flag: line.flag }));
	const asked = asking ? lines.find((line) => line.flag === asking.flag) : undefined;
	return (
		<>
			<div className="page__head">
				<div className="grow">
					<h1>Kill-switch</h1>
					<p>
						Off wins: a feature works in {tenant} only when it is on everywhere <em>and</em> in {tenant}. Off takes
						effect at once and needs no confirmation; on does.
					</p>
				</div>
				{role === 'ADMIN' ? (
					<div className="row push">
						<Button look="stop" blocked={on.length === 0 || put.isPending} onPress={() => void off(on)}>
							<Icon of={IconPower} />
							{`Switch everything off in ${tenant}`}
						</Button>
					</div>
				) : null}
			</div>
			<div className="stack">
				{role === 'ADMIN' ? null : (
					<Alert tone="info" icon={IconEye} title={`You are ${role} here: you can read the switches`}>
						<p>An ADMIN changes them.</p>
					</Alert>
				)}
				{justOff.length > 0 ? <JustOff key={justOff.map((one) => one.flag).join()} switches={justOff} /> : null}
				{put.error ? <Problem error={put.error} what="It could not be switched" /> : null}
				{error && !flags ? (
					<Problem error={error} what="The switches could not be read" retry={() => void refetch()} />
				) : flags ? (
					<Matrix lines={lines} busy={put.isPending} onPress={press} />
				) : (
					<p className="loading dim">Loading…</p>
				)}
			</div>
			{asking ? (
				<SwitchOnDialog
					tenant={tenant}
					which={asking}
					since={asked && !asked.effective ? <WhoSwitchedOff what="it" told={asked} /> : null}
					onClose={() => setAsking(undefined)}
				/>
			) : null}
		</>
	);
}
