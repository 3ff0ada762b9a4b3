'use client';

import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { ByHand } from './by-hand.tsx';
import { Icon } from './icon.tsx';
import { useSay } from './live.tsx';

function useCopy(text: string) {
	const [copied, setCopied] = useState(false);
	/** How often it had to be shown instead: each time it is selected anew. */
	const [shown, setShown] = useState(0);
	const say = useSay();
	useEffect(() => {
		if (!copied) return;
		const timer = setTimeout(() => setCopied(false), 2_000);
		return () => clearTimeout(timer);
	}, [copied]);
	const copy = async () => {
		try {
			// Not there over plain http, whatever its type says; there it throws, as it does where it is forbidden.
			await navigator.clipboard.writeText(text);
			setCopied(true);
			say('Copied');
		} catch {
			setShown((times) => times + 1);
		}
	};
	return { copied, shown, copy: () => void copy() };
}

/** “Copy JSON”, with the word changing to “Copied” in place. `what` names the text where it has to be shown. */
export function CopyButton(props: {
	text: string;
	label: string;
	what?: string;
	look?: 'plain' | 'primary';
	small?: boolean;
}) {
	const { copied, shown, copy } = useCopy(props.text);
	return (
		<>
			<Button small={props.small ?? true} look={props.look ?? 'plain'} onPress={copy}>
				<Icon of={copied ? IconCheck : IconCopy} size={14} />
				{copied ? 'Copied' : props.label}
			</Button>
			{shown > 0 ? <ByHand key={shown} text={props.text} what={props.what ?? 'The text'} /> : null}
		</>
	);
}

export function CopyIcon({ text, label }: { text: string; label: string }) {
	const { copied, shown, copy } = useCopy(text);
	return (
		<>
			<IconButton label={label} onClick={copy}>
				<Icon of={copied ? IconCheck : IconCopy} size={14} />
			</IconButton>
			{shown > 0 ? <ByHand key={shown} text={text} what="The text" /> : null}
		</>
	);
}
