import type { ReactNode } from 'react';
import { Brand } from './brand.tsx';

/** A page outside the frame: one heading, a few words, a way on. */
export function Lone({ title, children }: { title: string; children: ReactNode }) {
	return (
		<main className="lone">
			<div className="stack lone__box">
				<Brand />
				<h1 className="h1--24">{title}</h1>
				{children}
			</div>
		</main>
	);
}
