import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load, postgresBin, settledAndWhole, startWorld, until, type World } from './world.ts';

/** Room for a cluster and its log of changes, and for one file that takes the rest. */
const DISK = '160m';

interface Disk {
	/** What it is, for whoever reads the run. */
	readonly kind: string;
	fill(): Promise<void>;
	free(): Promise<void>;
}

describe.runIf(postgresBin !== null)('PostgreSQL’s disk is full', { timeout: 180_000 }, () => {
	let world: World;
	let disk: Disk;
	let mounted: string | null;
	beforeAll(async () => {
		mounted = mountSmallDisk();
		world = await startWorld({
			...(mounted === null ? {} : { under: mounted }),
			settings: ['max_wal_size = 64MB', 'min_wal_size = 32MB', 'logging_collector = off'],
		});
		disk = mounted === null ? smallFiles(world) : fullDisk(mounted);
		console.info(`disk full by: ${disk.kind}`);
	});
	// After the world's own end: hooks of a file run in the reverse order.
	afterAll(() => {
		if (mounted === null) return;
		execFileSync('umount', ['-l', mounted]);
		rmSync(mounted, { recursive: true, force: true });
	});

	it('[faults-recover, once, one-row, chain-detects] under load: 503 or “not known”, never a wrong word; once there is room again, all of it is whole', async () => {
		const running = load(world, 6);
		const written = () => running.ended.filter(({ answer }) => answer.status === 200).length;
		const writesGoOn = (count: number) => until('writes go on', () => written() >= count, 120_000);
		await writesGoOn(10);
		await disk.fill();
		const before = running.ended.length;
		const refused = running.refused();
		await until(
			'the full disk is met',
			() =>
				running.refused() > refused ||
				running.ended.slice(before).some(({ answer }) => answer.body.code === 'database_unavailable'),
		);
		await disk.free();
		// A server that could not write its log of changes has ended; whoever runs it starts it again.
		await world.cluster.restart();
		await writesGoOn(written() + 10);
		await running.stop();
		expect(await world.notReady()).toEqual([]);
		const codes = new Set(running.ended.map(({ answer }) => answer.body.code ?? 'written'));
		for (const code of codes) expect(['written', 'database_unavailable', 'outcome_unknown']).toContain(code);
		await settledAndWhole(world);
		for (const { body } of running.ended)
			expect(await world.execute(body)).toMatchObject({ status: 200, body: { ok: true } });
		await settledAndWhole(world);
	});
});

/** A disk of its own, where this user may mount one (root may). */
function mountSmallDisk(): string | null {
	const directory = mkdtempSync(join(tmpdir(), 'portal-disk-'));
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=1777`, 'tmpfs', directory], { stdio: 'ignore' });
		return directory;
	} catch {
		rmSync(directory, { recursive: true });
		return null;
	}
}

function fullDisk(mounted: string): Disk {
	const ballast = join(mounted, 'ballast');
	return {
		kind: 'a small file system that is filled up',
		fill: async () => {
			const { bavail, bsize } = statfsSync(mounted);
			writeFileSync(ballast, Buffer.alloc(bavail * bsize - 64 * 1024));
			chmodSync(ballast, 0o600);
		},
		free: async () => rmSync(ballast),
	};
}

/** The server is not let write past the beginning of any file: the kernel's word is another one, and the effect the same. */
function smallFiles(world: World): Disk {
	return {
		kind: 'a limit on the size of the server’s files (no file system can be mounted here)',
		fill: () => world.cluster.limitFiles(8 * 1024 + 100),
		// Where the server has ended of it, the next one starts without.
		free: () => world.cluster.limitFiles(null).catch(() => {}),
	};
}
