import { describe, expect, it } from 'vitest';
import { imageValues, over, upgrade, VALUES } from '../chart.ts';
import { helm, pods } from '../kube.ts';
import { issue, TENANT } from '../portal.ts';
import type { LoadReport, RelayRequest } from '../relay.ts';
import { IMAGES, NAMESPACE, PORTAL_PODS, PORTAL_URL } from '../settings.ts';
import { admin, client, figure } from '../story.ts';

const PER_SECOND = 30;

/** What a signed-in person's browser and script ask for, read and proposed. */
async function requests(): Promise<RelayRequest[]> {
	const { headers } = await admin();
	const read = (path: string): RelayRequest => ({ url: `${PORTAL_URL}${path}`, headers, timeoutMs: 15_000 });
	return [
		read('/api/me'),
		read(`/api/mcp/executions?tenant=${TENANT}`),
		read(`/api/audit?tenant=${TENANT}&limit=20`),
		{
			...read(`/api/mcp/propose?tenant=${TENANT}`),
			method: 'POST',
			body: JSON.stringify(issue('Proposed under load')),
		},
	];
}

/** Does the work under load, and gives how the requests went from a second before to a second after it. */
async function underLoad(work: () => Promise<void>): Promise<LoadReport> {
	const stop = await client().load({ requests: await requests(), perSecond: PER_SECOND });
	const moment = () => new Promise((resolve) => setTimeout(resolve, 1_000));
	await moment();
	await work();
	await moment();
	return stop();
}

const images = async (): Promise<string[]> =>
	(await pods(NAMESPACE, PORTAL_PODS)).flatMap(({ spec }) => spec.containers.map(({ image }) => image));

function expectNoneFailed(report: LoadReport, seconds: number): void {
	expect(report.failures).toEqual([]);
	expect(report.statuses).toEqual({ 200: report.made });
	// The load was really there: a pace that collapsed would prove nothing.
	expect(report.made).toBeGreaterThan(PER_SECOND * seconds * 0.5);
}

describe(`under load (${PER_SECOND} requests a second, on new and on kept connections)`, () => {
	it('an upgrade to another image loses no request', async () => {
		const began = performance.now();
		const report = await underLoad(() => upgrade(over(VALUES, { image: imageValues(IMAGES.portalNext) })));
		const seconds = (performance.now() - began) / 1000;
		figure(`upgrade under load: ${seconds.toFixed(0)} s, ${report.made} requests, ${JSON.stringify(report.ms)} ms`);
		expect(await images()).toEqual([IMAGES.portalNext, IMAGES.portalNext]);
		expectNoneFailed(report, seconds);
	});

	it('and neither does the rollback', async () => {
		const began = performance.now();
		const report = await underLoad(async () => {
			await helm('rollback', 'karc-portal', '-n', NAMESPACE, '--wait', '--timeout', '120s');
		});
		const seconds = (performance.now() - began) / 1000;
		figure(`rollback under load: ${seconds.toFixed(0)} s, ${report.made} requests, ${JSON.stringify(report.ms)} ms`);
		expect(await images()).toEqual([IMAGES.portal, IMAGES.portal]);
		expectNoneFailed(report, seconds);
	});
});
