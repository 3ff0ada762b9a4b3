/**
 * npm run build [-- --out DIR]: what the image runs, in dist (or DIR): the bundled server and command line, the migrations,
 * the list of parts and their licences. The pages are built by setup.mjs, as for `npm start`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './image/bundle.ts';
import { writeLicences } from './image/licences.ts';
import { writeSbom } from './image/sbom.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(root, 'dist') } } });
const out = resolve(values.out);

const pages = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], { stdio: 'inherit' });
if (pages.status !== 0) process.exit(pages.status ?? 1);

// What an earlier build left there would be shipped too.
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await bundle(out);
writeLicences(join(out, 'LICENSES.txt'), writeSbom(join(out, 'sbom.cdx.json'), process.versions.node));
