'use client';

import { useEffect, useRef, useState } from 'react';
import { useSay } from './live.tsx';

/**
 * Where a page may not reach the clipboard (`navigator.clipboard` is there over https and on localhost only): the text
 * itself, selected, and copied the old way where that still works. A browser can say that it copied and not have done so,
 * so the text stays in sight.
 */
export function ByHand({ text, what }: { text: string; what: string }) {
	const field = useRef<HTMLTextAreaElement>(null);
	const [copied, setCopied] = useState(false);
	const say = useSay();
	const words = copied
		? `${what} is copied. If your browser did not do it, copy it from here.`
		: `Your browser does not let this page copy. Select the text here and copy it yourself.`;
	useEffect(() => {
		field.current?.focus();
		field.current?.select();
		setCopied(document.execCommand('copy'));
	}, []);
	useEffect(() => say(words), [say, words]);
	return (
		<span className="byhand">
			<textarea
				ref={field}
				className="in mono"
				readOnly
				rows={3}
				spellCheck={false}
				aria-label={what}
				value={text}
				onFocus={(event) => event.currentTarget.select()}
			/>
			<small>{words}</small>
		</span>
	);
}
