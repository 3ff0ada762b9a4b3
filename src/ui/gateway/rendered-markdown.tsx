'use client';

import { useMemo } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import type { Span } from './annotate.ts';
import { Ghost, Pin } from './marked-text.tsx';
import { rehypeNotices } from './rehype-notices.ts';

/** Nothing loads, nothing leads anywhere: a link is its words and its address, an image is its address. */
const inert: Components = {
	a: ({ children, href, node }) => (
		<>
			<span className="inert">{children}</span>
			{href && !sameWords(wordsOf(node), href) ? <span className="inert__url"> ({href})</span> : null}
		</>
	),
	img: ({ alt, src }) => (
		<>
			<span className="inert">[image{alt ? `: ${alt}` : ''}]</span>
			<span className="inert__url"> ({String(src ?? '')})</span>
		</>
	),
	input: ({ checked }) => <span>{checked ? '[x] ' : '[ ] '}</span>,
	h1: ({ children }) => <h4>{children}</h4>,
	h2: ({ children }) => <h4>{children}</h4>,
	h3: ({ children }) => <h4>{children}</h4>,
	h4: ({ children }) => <h4>{children}</h4>,
	h5: ({ children }) => <h4>{children}</h4>,
	h6: ({ children }) => <h4>{children}</h4>,
	mark: ({ children }) => <span className="mark">{children}</span>,
	data: ({ value }) => {
		const text = String(value);
		return text.startsWith('pin:') ? <Pin n={Number(text.slice(4))} /> : <Ghost label={text} />;
	},
};

interface Words {
	readonly value?: string;
	readonly children?: readonly unknown[];
}

/** The words of a link without its pins, to tell whether they already are its address. */
const wordsOf = (node: Words | undefined): string =>
	node?.value ?? (node?.children ?? []).map((child) => wordsOf(child as Words)).join('');

const sameWords = (words: string, href: string) =>
	words === href || `mailto:${words}` === href || `http://${words}` === href;

const plugins = [remarkGfm];
/** Every address is kept as written, so that it can be read; none becomes a link. */
const asWritten = (url: string) => url;

/** Markdown as GitHub would draw it, inert. HTML in it is shown as text. Only for bodies that passed the check. */
export function RenderedMarkdown({ body, spans }: { body: string; spans: readonly Span[] }) {
	const rehype = useMemo(() => [rehypeNotices(body, spans)], [body, spans]);
	return (
		<div className="md">
			<Markdown remarkPlugins={plugins} rehypePlugins={rehype} components={inert} urlTransform={asWritten}>
				{body}
			</Markdown>
		</div>
	);
}
