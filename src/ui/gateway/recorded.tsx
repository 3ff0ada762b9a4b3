'use client';

import Link from 'next/link';
import { Hash, shortHash } from '#ui/controls/hash.tsx';
import { useHere } from '#ui/tenant.tsx';
import { grouped } from '#ui/words.ts';

/** `#1,284`, a link for whoever may read the log. */
export function RowLink({ seq }: { seq: number }) {
	const { tenant, role } = useHere();
	const text = `#${grouped(seq)}`;
	if (role === 'MEMBER') return <span className="num">{text}</span>;
	return (
		<Link href={`/t/${tenant}/audit-log?row=${seq}`} prefetch={false} className="num">
			{text}
		</Link>
	);
}

/** The audit row of an outcome, the hash it carries and the execution it belongs to. */
export function Recorded(props: {
	seq: number | null | undefined;
	word: string;
	/** Not even whether there is a row is known here. */
	unknown?: boolean;
	code?: string | undefined;
	argsSha?: string | undefined;
	executionId?: string | undefined;
}) {
	return (
		<>
			<p>
				{typeof props.seq === 'number' ? (
					<>
						Row <RowLink seq={props.seq} />, {props.word}
					</>
				) : props.unknown ? (
					'Not known yet'
				) : (
					`One row, ${props.word}`
				)}
			</p>
			{props.code ? <p className="small dim mono">{props.code}</p> : null}
			{props.argsSha ? (
				<p className="small row row--tight">
					<span className="dim">argsSha</span> <Hash value={props.argsSha} name="argsSha" />
				</p>
			) : null}
			{props.executionId ? (
				<p className="small row row--tight">
					<span className="dim">Execution</span>{' '}
					<span className="mono" title={props.executionId}>
						{shortHash(props.executionId)}
					</span>
				</p>
			) : null}
		</>
	);
}
