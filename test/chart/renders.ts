import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, EVERYTHING, renderText } from './helm.ts';

export const OVERLAYS = readdirSync(CHART)
	.filter((name) => /^values-.*\.yaml$/.test(name))
	.sort();

/**
 * Every render of interest, by name, as YAML of several documents: what an API server has to accept, strictly, and what
 * PodSecurity `restricted` has to accept. Kinds of operators are among them.
 */
export function renders(namespace = 'prod'): Readonly<Record<string, string>> {
	const sidecar = { mcp: { github: { enabled: true } } };
	const all: Record<string, string> = {
		'no value at all': renderText({}, { bare: true, namespace }),
		'GitHub enabled and nothing else': renderText(sidecar, { bare: true, namespace }),
		'URL and database’s address': renderText(sidecar, { namespace }),
		everything: renderText({}, { files: [EVERYTHING], namespace }),
		'a trial': renderText(
			{
				...sidecar,
				trialSecret: {
					create: true,
					data: { DATABASE_URL: 'postgresql://portal:secret@postgres/portal', PORTAL_SECRET: 'x'.repeat(32) },
				},
				networkPolicy: { enabled: false },
			},
			{ namespace },
		),
	};
	for (const overlay of OVERLAYS) all[overlay] = renderText(sidecar, { files: [join(CHART, overlay)], namespace });
	return all;
}
