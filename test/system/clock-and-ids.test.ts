import { expect, it } from 'vitest';
import { systemClock } from '#adapters/system/clock';
import { uuidIds } from '#adapters/system/ids';

it('ids are UUIDv7, unique, and sort in the order in which they were made', () => {
	const ids = Array.from({ length: 2000 }, () => uuidIds.uuid());
	for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	expect(new Set(ids).size).toBe(2000);
	expect([...ids].sort()).toEqual(ids);
});

it('the clock tells the time of now, and a fresh Date each time', () => {
	const before = Date.now();
	const now = systemClock.now();
	expect(now.getTime()).toBeGreaterThanOrEqual(before);
	expect(now.getTime()).toBeLessThanOrEqual(Date.now());
	expect(systemClock.now()).not.toBe(now);
});
