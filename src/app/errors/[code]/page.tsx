import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { errorPage } from '#ui/error-page.ts';
import { Brand } from '#ui/shell/brand.tsx';

type Props = { params: Promise<{ code: string }> };

export async function generateMetadata(props: Props): Promise<Metadata> {
	const { code } = await props.params;
	return { title: code };
}

/** One page per code: what happened and how to fix it. Its address is the `type` of a problem body. */
export default async function ErrorCodePage(props: Props) {
	const { code } = await props.params;
	const markdown = await errorPage(code);
	if (markdown === undefined) notFound();
	return (
		<main className="doc">
			<Brand />
			<article className="doc__text">
				<Markdown remarkPlugins={[remarkGfm]}>{markdown}</Markdown>
			</article>
			<p>
				<a href="/">Go to the portal</a>
			</p>
		</main>
	);
}
