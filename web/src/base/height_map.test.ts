import { expect, test } from 'vitest';
import { HeightMap } from './height_map';

test('the same as adding up an array, while rows come and go at both ends', () => {
  let seed = 3;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const map = new HeightMap(40);
  let first = 0;
  const rows: number[] = [];
  for (let round = 0; round < 400; round++) {
    const what = random(4);
    if (what === 0 && rows.length > 0) {
      map.set(first, 0);
      first++;
      rows.shift();
    } else if (what === 1 && rows.length < 40) {
      first--;
      const height = 10 + random(30);
      rows.unshift(height);
      map.set(first, height);
    } else if (rows.length < 40) {
      const height = 10 + random(30);
      map.set(first + rows.length, height);
      rows.push(height);
    } else {
      const i = random(rows.length);
      rows[i] = 10 + random(30);
      map.set(first + i, rows[i]!);
    }
    let top = 0;
    expect(map.sum(first, first + rows.length)).toBeCloseTo(rows.reduce((a, b) => a + b, 0));
    for (let i = 0; i < rows.length; i++) {
      expect(map.at(first, rows.length, top)).toBe(first + i);
      expect(map.at(first, rows.length, top + rows[i]! - 0.5)).toBe(first + i);
      top += rows[i]!;
    }
  }
});
