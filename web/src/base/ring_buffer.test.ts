import { expect, test } from 'vitest';
import { RingBuffer } from './ring_buffer';

test('pushing beyond the cap takes from the front and counts it', () => {
  const ring = new RingBuffer<number>(3);
  expect(ring.push([1, 2])).toEqual([]);
  expect(ring.push([3, 4, 5])).toEqual([1, 2]);
  expect([ring.at(0), ring.at(2), ring.at(3), ring.at(-1)]).toEqual([3, 5, undefined, undefined]);
  expect(ring.trimmed).toBe(2);
});

test('older ones go in front only as far as there is room, the newest of them', () => {
  const ring = new RingBuffer<number>(4);
  ring.push([10, 11]);
  expect(ring.prepend([1, 2, 3])).toBe(2);
  expect([ring.at(0), ring.at(1), ring.at(2)]).toEqual([2, 3, 10]);
});

test('many pushes keep the newest', () => {
  const ring = new RingBuffer<number>(1000);
  for (let i = 0; i < 20_000; i++) ring.push([i]);
  expect(ring.length).toBe(1000);
  expect(ring.at(0)).toBe(19_000);
  expect(ring.at(999)).toBe(19_999);
});

test('the same as an array, whatever is done at both ends and within', () => {
  let seed = 5;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const ring = new RingBuffer<number>(50);
  const list: number[] = [];
  for (let round = 0, next = 0; round < 3_000; round++) {
    const some = Array.from({ length: random(9) }, () => next++);
    const what = random(5);
    if (what === 0) {
      list.push(...some);
      expect(ring.push(some)).toEqual(list.splice(0, Math.max(0, list.length - 50)));
    } else if (what === 1) {
      const n = ring.prepend(some);
      expect(n).toBe(Math.max(0, Math.min(some.length, 50 - list.length)));
      list.unshift(...some.slice(some.length - n));
    } else if (what === 2) expect(ring.pop(some.length)).toEqual(list.splice(Math.max(0, list.length - some.length)));
    else if (what === 3) expect(ring.shift(some.length)).toEqual(list.splice(0, some.length));
    else if (list.length > 0) {
      const index = random(list.length);
      ring.replace(index, some);
      list.splice(index, 1, ...some);
    }
    expect(Array.from({ length: ring.length }, (_, i) => ring.at(i))).toEqual(list);
  }
});
