import { IconExternalLink } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';

/** Only a web address becomes a link: the URL came from the provider's answer. */
export const isWebUrl = (url: string) => /^https?:\/\//i.test(url);

/** `issue #1043`, `comment on #512`: what an artifact's URL points at, in words. */
export function artifactName(url: string): string {
	const found = /\/(?:issues|pull)\/(\d+)(#issuecomment-\d+)?(?:$|[?#])/.exec(url);
	if (!found) return 'the artifact';
	return found[2] ? `comment on #${found[1]}` : `issue #${found[1]}`;
}

export function ArtifactLink({ url, look, children }: { url: string; look?: string; children: string }) {
	if (!isWebUrl(url)) return <span className="mono">{url}</span>;
	return (
		<a href={url} target="_blank" rel="noopener noreferrer" className={look}>
			{children} <Icon of={IconExternalLink} size={look ? 16 : 14} />
			<span className="vh"> (opens in a new tab)</span>
		</a>
	);
}
