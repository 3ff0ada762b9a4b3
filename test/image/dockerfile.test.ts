import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { ofKind, pairs, readDockerfile } from './dockerfile.ts';

const root = join(import.meta.dirname, '../..');
const { text, head, stages } = readDockerfile();
const last = stages.at(-1);
const config = JSON.parse(
	execFileSync(process.execPath, [join(root, 'scripts/rootfs.ts'), '--config'], { encoding: 'utf8' }),
);

function only(keyword: string): string {
	const found = ofKind(last, keyword);
	expect(found, keyword).toHaveLength(1);
	return found[0]?.rest ?? '';
}

describe('[image-one-layout] the Dockerfile', () => {
	it('has no fault that a linter knows', () => {
		expect(validate(text)).toEqual([]);
	});

	it('says the same of the image as rootfs.ts: user, folder, environment, port, signal, entry point', () => {
		expect({
			user: only('USER'),
			workdir: only('WORKDIR'),
			env: pairs(ofKind(last, 'ENV')),
			port: Number(only('EXPOSE')),
			stopSignal: only('STOPSIGNAL'),
			entrypoint: JSON.parse(only('ENTRYPOINT')),
		}).toEqual(config);
	});

	it('runs as a user that is a number and not root', () => {
		expect(config.user).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
	});

	it('ends in an empty stage that gets its files from rootfs.ts alone, every part once', () => {
		expect(last?.from.rest).toBe('scratch');
		expect(ofKind(last, 'RUN')).toEqual([]);
		expect(ofKind(last, 'ADD')).toEqual([]);
		const laidOut = ofKind(stages[0], 'RUN')
			.flatMap(({ rest }) => [...rest.matchAll(/scripts\/rootfs\.ts (\S+) --part (\S+)/g)])
			.map(([, dir, part]) => ({ dir, part }));
		expect(laidOut.map(({ part }) => part)).toEqual(['base', 'app']);
		expect(ofKind(last, 'COPY')).toEqual(
			laidOut.map(({ dir }) => ({ keyword: 'COPY', flags: ['--from=build'], rest: `${dir}/ /` })),
		);
	});

	it('pins the Node of the lock file by its version, with room for a digest, and nothing to `latest`', () => {
		const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
		expect(pairs(head)).toEqual({ NODE_VERSION: devDependencies.node, NODE_DIGEST: '' });
		expect(stages.map(({ from }) => from.rest)).toEqual([
			// biome-ignore lint/suspicious/noTemplateCurlyInString: Docker's own syntax
			'node:${NODE_VERSION}-bookworm${NODE_DIGEST} AS build',
			'scratch',
		]);
		expect(text).not.toContain('latest');
	});

	it('is labelled with title, description, version, revision, source and licence', () => {
		const labels = pairs(ofKind(last, 'LABEL'));
		expect(Object.keys(labels).map((label) => label.replace('org.opencontainers.image.', ''))).toEqual([
			'title',
			'description',
			'version',
			'revision',
			'source',
			'licenses',
		]);
		expect(Object.values(labels)).not.toContain('');
	});

	it('asks for no secret: what a build is given stays in its history', () => {
		const names = [head, ...stages.map((stage) => [...ofKind(stage, 'ARG'), ...ofKind(stage, 'ENV')])].flatMap((all) =>
			Object.keys(pairs(all)),
		);
		expect(names.filter((name) => /secret|token|password|key|auth/i.test(name))).toEqual([]);
	});
});
