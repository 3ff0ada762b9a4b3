import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Run by scripts/test-upgrade.ts, which lays the earlier version out. */
export default defineConfig({
	root: join(import.meta.dirname, '../..'),
	test: { include: ['test/upgrade/*.upgrade.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
});
