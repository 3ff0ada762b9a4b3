'use client';

import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

const Say = createContext<(sentence: string) => void>(() => {});

/** Says one sentence to a screen reader, politely. What is said also stands on the page. */
export const useSay = () => useContext(Say);

/** The one polite live region of a view. It is there before anything is said, or nothing would be heard. */
export function LiveRegion({ children }: { children: ReactNode }) {
	const [sentence, setSentence] = useState('');
	const say = useCallback((next: string) => setSentence(next), []);
	return (
		<Say value={say}>
			{children}
			<p className="vh" role="status" aria-live="polite">
				{sentence}
			</p>
		</Say>
	);
}
