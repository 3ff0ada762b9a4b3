/* Stands in for src/start-sandbox.ts in a build: no fake GitHub and no known password in what runs in production. */

if (process.argv.includes('--sandbox')) {
	process.stderr.write(
		'This build has no sandbox. To try the portal, clone its repository and run: npm start\nTo run it in production, leave out --sandbox.\n',
	);
	process.exit(1);
}

/** Never called: without the flag nobody asks for a sandbox, with it the process has ended above. */
export const startSandbox = (): never => {
	throw new Error('this build has no sandbox');
};
export const seedSandbox = startSandbox;
