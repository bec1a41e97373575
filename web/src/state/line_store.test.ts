import { expect, test } from 'vitest';
import { makeLine } from '../model/log_line';
import { isGap, LineStore, sortLines, type Change } from './line_store';

const line = (ns: number, text = `line ${ns}`) => makeLine(String(1700000000000000000n + BigInt(ns)), text, { a: 'b' });

test('live lines that history has already are left out', () => {
  const store = new LineStore();
  store.reset([line(1), line(2)]);
  store.append([line(2), line(3)], 0);
  expect(store.length).toBe(3);
  expect(store.received).toBe(2);
});

test('what the server dropped stands as a gap and is counted', () => {
  const store = new LineStore();
  const changes: Change[] = [];
  store.onChange = (change) => changes.push(change);
  store.append([line(1)], 7);
  const gap = store.rows.at(0)!;
  expect(isGap(gap) && gap.gap).toBe(7);
  expect(store.dropped).toBe(7);
  expect(changes).toEqual([{ appended: 2, prepended: 0, trimmed: 0, cleared: false }]);
});

test('beyond the cap the oldest go, and the list is told', () => {
  const store = new LineStore(3);
  let trimmed = 0;
  store.onChange = (change) => (trimmed += change.trimmed);
  store.append([1, 2, 3, 4, 5].map((n) => line(n)), 0);
  expect(trimmed).toBe(2);
  expect(store.first()?.text).toBe('line 3');
  expect(store.last()?.text).toBe('line 5');
});

test('lines are sorted by time, equal times as they came', () => {
  const lines = [line(2, 'b'), line(1, 'a'), line(2, 'c')];
  expect(sortLines(lines).map((l) => l.text)).toEqual(['a', 'b', 'c']);
});
