import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostgres, startPostgres } from '#test/support/postgres';
import { bundlePortal } from './bundle.ts';
import { killPortals } from './portal.ts';
import { embeddedTemplate, postgresTemplate } from './template.ts';
import type { Ground } from './world.ts';

const TEMPLATE = 'campaign_template';

/**
 * Builds the portal, starts PostgreSQL where there is one, and seeds both databases. Also when this process ends without
 * closing it, nothing of it stays; PostgreSQL sees to itself.
 */
export async function makeGround(): Promise<Ground & { close(): Promise<void> }> {
	const directory = mkdtempSync(join(tmpdir(), 'portal-campaign-'));
	const remove = () => {
		killPortals();
		rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
	};
	process.once('exit', remove);
	const bundle = await bundlePortal();
	const dataDir = join(directory, 'template');
	const bin = findPostgres();
	const cluster = bin === null ? null : await startPostgres(bin, { durable: false });
	return {
		bundle,
		directory,
		embedded: { dataDir, template: await embeddedTemplate(dataDir) },
		postgres:
			cluster === null ? null : { cluster, name: TEMPLATE, template: await postgresTemplate(cluster, TEMPLATE) },
		close: async () => {
			await cluster?.stop();
			process.off('exit', remove);
			remove();
			bundle.remove();
		},
	};
}
