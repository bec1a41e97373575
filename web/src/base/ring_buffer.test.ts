import { expect, test } from 'vitest';
import { RingBuffer } from './ring_buffer';

test('pushing beyond the cap takes from the front and counts it', () => {
  const ring = new RingBuffer<number>(3);
  expect(ring.push([1, 2])).toEqual([]);
  expect(ring.push([3, 4, 5])).toEqual([1, 2]);
  expect([ring.at(0), ring.at(2), ring.at(3)]).toEqual([3, 5, undefined]);
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
