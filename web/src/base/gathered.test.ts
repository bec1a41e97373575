import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gathered } from './gathered';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('sums are told soon, then not before the pause is over; what was told is taken back meanwhile', () => {
  const told: (number[] | null)[] = [];
  const gathered = new Gathered((sums) => told.push(sums), 1_000, 5_000);
  gathered.add(2, 0);
  gathered.add(3, 1);
  expect(told).toEqual([null]);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([null, [5, 1]]);
  gathered.add(1, 0);
  vi.advanceTimersByTime(4_999);
  gathered.add(1, 0);
  expect(told).toEqual([null, [5, 1], null]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([null, [5, 1], null, [2, 0]]);
  vi.advanceTimersByTime(60_000);
  gathered.add(7, 7);
  vi.advanceTimersByTime(1_000);
  expect(told.at(-1)).toEqual([7, 7]);
});

test('nothing is told when it is gone', () => {
  const told: unknown[] = [];
  const gathered = new Gathered((sums) => told.push(sums));
  gathered.add(1);
  gathered.dispose();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([null]);
});
