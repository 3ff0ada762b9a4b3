import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';
import { Pin } from './marked-text.tsx';
import type { Notice } from './notices.ts';

/** What a reader could miss. What holds has a tick; none is said in one line. */
export function NoticeList(props: {
	notices: readonly Notice[];
	/** Names, not texts: there is less that could be unusual. */
	labels: boolean;
	/** Absent where nothing can be approved: then there is nothing to tick. */
	ticked: ReadonlySet<number> | undefined;
	onTick: (n: number) => void;
}) {
	const { notices, ticked } = props;
	if (notices.length === 0) {
		return (
			<p className="none">
				<Icon of={IconCircleCheck} />
				{props.labels
					? 'Nothing unusual: no invisible or look-alike characters, and no hidden change of text direction.'
					: 'Nothing unusual: no mentions, closing keywords, outside links, invisible or look-alike characters, or very long text.'}
			</p>
		);
	}
	return (
		<div className="notices">
			<h3 className="h4">
				<Icon of={IconAlertTriangle} />
				{notices.length === 1 ? '1 thing a reader could miss' : `${notices.length} things a reader could miss`}
			</h3>
			<ol>
				{notices.map((notice) => (
					<li key={notice.n} className={notice.holds ? 'hold' : undefined}>
						<Pin n={notice.n} />
						<div className="grow">
							<b>{notice.title}</b>
							<p>{notice.detail}</p>
						</div>
						{notice.holds && ticked ? (
							<label className="check">
								<input
									type="checkbox"
									data-notice={notice.n}
									checked={ticked.has(notice.n)}
									onChange={() => props.onTick(notice.n)}
									aria-label={`I have seen it: ${notice.title}`}
								/>
								<span className="med">I have seen it</span>
							</label>
						) : null}
					</li>
				))}
			</ol>
		</div>
	);
}
