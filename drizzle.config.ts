import type { Config } from 'drizzle-kit';

/** For `drizzle-kit generate` only: the portal applies the committed SQL itself (src/adapters/store/migrate.ts). */
const config = {
	dialect: 'postgresql',
	schema: './src/adapters/store/schema/*.ts',
	out: './src/adapters/store/migrations',
} satisfies Config;

export default config;
