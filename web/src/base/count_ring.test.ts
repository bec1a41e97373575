import { expect, test } from 'vitest';
import { CountRing } from './count_ring';

test('counts are by bucket and level, old buckets make room', () => {
  const ring = new CountRing(10, 3);
  ring.set(100, 0, 2);
  ring.set(100, 2, 5);
  ring.set(101, 1, 1);
  expect(ring.sum(95, 105)).toBe(8);
  expect(ring.sum(95, 105, 1)).toBe(2);
  ring.set(110, 1, 7);
  expect(ring.at(100)).toBeUndefined();
  ring.set(100, 0, 9);
  expect(ring.sum(95, 115)).toBe(8);
});

test('the same as a map, for any order of sets', () => {
  let seed = 7;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const ring = new CountRing(16, 2);
  const map = new Map<string, number>();
  let newest = 0;
  for (let i = 0; i < 300; i++) {
    const bucket = Math.floor(i / 20) + random(3);
    const [level, n] = [random(2), random(50)];
    newest = Math.max(newest, bucket);
    if (bucket <= newest - 16) continue;
    ring.set(bucket, level, n);
    map.set(`${bucket} ${level}`, n);
    for (let b = newest - 12; b <= newest; b++) {
      for (let l = 0; l < 2; l++) expect(ring.at(b)?.[l] ?? 0).toBe(map.get(`${b} ${l}`) ?? 0);
    }
  }
});
