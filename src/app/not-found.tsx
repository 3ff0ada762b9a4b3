import type { Metadata } from 'next';
import { Lone } from '#ui/shell/lone.tsx';

export const metadata: Metadata = { title: 'Nothing here' };

export default function NotFound() {
	return (
		<Lone title="There is nothing at this address">
			<p className="sub">It may have moved, or the link was cut short.</p>
			<p>
				<a className="btn" href="/">
					Go to your tenant
				</a>
			</p>
		</Lone>
	);
}
