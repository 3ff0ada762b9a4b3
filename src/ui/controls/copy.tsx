'use client';

import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icon.tsx';
import { useSay } from './live.tsx';

function useCopy(text: string) {
	const [copied, setCopied] = useState(false);
	const say = useSay();
	useEffect(() => {
		if (!copied) return;
		const timer = setTimeout(() => setCopied(false), 2_000);
		return () => clearTimeout(timer);
	}, [copied]);
	const copy = () => {
		void navigator.clipboard?.writeText(text).then(() => {
			setCopied(true);
			say('Copied');
		});
	};
	return { copied, copy };
}

/** “Copy JSON”, with the word changing to “Copied” in place. */
export function CopyButton(props: { text: string; label: string; look?: 'plain' | 'primary'; small?: boolean }) {
	const { copied, copy } = useCopy(props.text);
	return (
		<Button small={props.small ?? true} look={props.look ?? 'plain'} onPress={copy}>
			<Icon of={copied ? IconCheck : IconCopy} size={14} />
			{copied ? 'Copied' : props.label}
		</Button>
	);
}

export function CopyIcon({ text, label }: { text: string; label: string }) {
	const { copied, copy } = useCopy(text);
	return (
		<IconButton label={label} onClick={copy}>
			<Icon of={copied ? IconCheck : IconCopy} size={14} />
		</IconButton>
	);
}
