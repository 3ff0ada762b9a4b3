import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres, startPostgres } from '#test/support/postgres';
import { bundlePortal } from './bundle.ts';
import { embeddedTemplate, postgresTemplate } from './template.ts';
import type { Ground } from './world.ts';

const TEMPLATE = 'campaign_template';

/** Builds the portal, starts PostgreSQL where there is one, and seeds both databases. */
export async function makeGround(): Promise<Ground & { close(): Promise<void> }> {
	const bundle = await bundlePortal();
	const dataDir = await mkdtemp(join(tmpdir(), 'portal-campaign-'));
	const bin = findPostgres();
	const cluster = bin === null ? null : await startPostgres(bin, { durable: false });
	return {
		bundle,
		embedded: { dataDir, template: await embeddedTemplate(dataDir) },
		postgres:
			cluster === null ? null : { cluster, name: TEMPLATE, template: await postgresTemplate(cluster, TEMPLATE) },
		close: async () => {
			await cluster?.stop();
			await rm(dataDir, { recursive: true, force: true });
			bundle.remove();
		},
	};
}
