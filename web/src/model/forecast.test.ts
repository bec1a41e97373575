import { expect, test } from 'vitest';
import { bytesOfADay, forecast } from './forecast';

const GB = 1e9;

test('what fits and what does not', () => {
  const facts = { bytesADay: 20 * GB, ratio: 0.1, fileBytes: 4 * GB, diskFree: 20 * GB, retentionMs: 14 * 864e5 };
  expect(forecast(facts)).toEqual({
    ratio: 0.1,
    diskADay: 2 * GB,
    needed: 28 * GB,
    available: 24 * GB,
    days: 12,
    fits: false,
  });
  expect(forecast({ ...facts, diskFree: 30 * GB }).fits).toBe(true);
  expect(forecast({ ...facts, retentionMs: 0 })).toMatchObject({ needed: null, fits: true, days: 12 });
  expect(forecast({ ...facts, bytesADay: 0 }).days).toBe(Infinity);
});

test('the lines of a part of a day stand for a whole one', () => {
  const now = 100 * 864e5;
  expect(bytesOfADay(GB, now, 0)).toBe(GB);
  expect(bytesOfADay(GB, now, now - 2 * 864e5)).toBe(GB);
  expect(bytesOfADay(GB, now, now - 864e5 / 4)).toBe(4 * GB);
  expect(bytesOfADay(GB, now, now - 1)).toBe(144 * GB);
});
