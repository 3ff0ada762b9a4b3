import type { NextConfig } from 'next';

/** Next serves pages only: it runs as a loopback child behind the portal's own server, which sets every header. */
const config: NextConfig = {
	output: 'standalone',
	outputFileTracingRoot: import.meta.dirname,
	outputFileTracingIncludes: { '/errors/[code]': ['./docs/errors/*.md'] },
	// images.unoptimized: no page needs sharp, which is half the size of the standalone folder.
	outputFileTracingExcludes: { '/**': ['node_modules/sharp/**', 'node_modules/@img/**'] },
	// maximumDiskCacheSize: it may write nowhere, and would make a folder for them all the same.
	images: { unoptimized: true, maximumDiskCacheSize: 0 },
	poweredByHeader: false,
	reactStrictMode: true,
	devIndicators: false,
	// The whole tree is type-checked by its own tsc run; the build would do it a second time. A tsconfig of its own,
	// because Next rewrites the one it is given.
	typescript: { ignoreBuildErrors: true, tsconfigPath: 'src/app/tsconfig.json' },
};

export default config;
