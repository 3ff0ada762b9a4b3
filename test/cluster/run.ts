/** Runs the tests on the cluster that KUBECONFIG names; `scripts/test-cluster.ts` calls it where that cluster can be reached. */
import { join } from 'node:path';
import { startVitest } from 'vitest/node';

const root = join(import.meta.dirname, '../..');
const pattern = process.argv[2];

const vitest = await startVitest(
	[],
	{
		config: false,
		root,
		include: ['test/cluster/*.cluster.ts'],
		watch: false,
		// A thread: when this process is ended, so are the tests and with them what they run in pods.
		pool: 'threads',
		reporters: ['verbose'],
		// Each part stands on the ones before: after some failures the rest would only wait for what does not come.
		bail: 3,
		testTimeout: 120_000,
		hookTimeout: 120_000,
		...(pattern === undefined ? {} : { testNamePattern: pattern }),
	},
	{},
);
const results = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const count = (state: string) => results.filter((test) => test.result().state === state).length;
// A broken hook or file leaves tests that never ran: they count as failed.
const failed = results.length - count('passed') - (pattern === undefined ? 0 : count('skipped'));
const broken = vitest.state.getUnhandledErrors().length > 0 || count('passed') === 0;
await vitest.close();
console.log(`\n${count('passed')} passed, ${failed} failed`);
process.exit(failed > 0 || broken ? 1 : 0);
