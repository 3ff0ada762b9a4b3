/* Stands in for @electric-sql/pglite in a build: the embedded database is the sandbox's. Production is PostgreSQL. */

export const PGlite = {
	create: async (): Promise<never> => {
		throw new Error('this build has no embedded database. Set DATABASE_URL to a PostgreSQL database.');
	},
};
export const types = { INT8: 20 };
