import { expect, test } from 'vitest';
import { makeLine } from '../model/log_line';
import { isGap, LineStore, makeGap, sortLines, type Change } from './line_store';

const nsOf = (ns: number) => String(1700000000000000000n + BigInt(ns));
const line = (ns: number, text = `line ${ns}`) => makeLine(nsOf(ns), text, { a: 'b' });
const texts = (store: LineStore) =>
  Array.from({ length: store.length }, (_, i) => {
    const row = store.rows.at(i)!;
    return isGap(row) ? `gap ${row.gap}` : row.text;
  });

test('what a new connection sends again is left out', () => {
  const store = new LineStore();
  store.reset([line(1), line(2)]);
  store.expectAgain(nsOf(2));
  store.append([line(2)], null);
  store.append([line(2), line(3)], null);
  store.append([line(4)], null);
  expect(texts(store)).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
  expect(store.received).toBe(4);
});

test('what the server left out stands as a gap, is counted, and is filled from storage', () => {
  const store = new LineStore();
  const changes: Change[] = [];
  store.onChange = (change) => changes.push(change);
  const gap = makeGap(7, nsOf(2), nsOf(8));
  store.append([line(1)], gap);
  store.append([line(9)], null);
  expect(texts(store)).toEqual(['line 1', 'gap 7', 'line 9']);
  expect(store.notShown).toBe(7);
  store.fill(gap, [line(2), line(3)], makeGap(5, nsOf(4), nsOf(8)));
  expect(texts(store)).toEqual(['line 1', 'line 2', 'line 3', 'gap 5', 'line 9']);
  expect(store.notShown).toBe(5);
  expect(changes.at(-1)?.replaced).toEqual({ index: 1, by: 3 });
});

test('beyond the cap of lines or characters the oldest go, and the list is told', () => {
  const store = new LineStore(3);
  let trimmed = 0;
  store.onChange = (change) => (trimmed += change.trimmed);
  store.append([1, 2, 3, 4, 5].map((n) => line(n)), null);
  expect(trimmed).toBe(2);
  expect(texts(store)).toEqual(['line 3', 'line 4', 'line 5']);
  const small = new LineStore(1000, 500);
  for (let i = 0; i < 50; i++) small.append([line(i, 'x'.repeat(100))], null);
  expect(small.length * 100).toBeLessThanOrEqual(500);
  expect(small.length).toBeGreaterThan(0);
});

test('errors among the new ones are counted', () => {
  const store = new LineStore();
  let errors = 0;
  store.onChange = (change) => (errors += change.errors);
  store.append([makeLine(nsOf(1), 'x', { level: 'error' }), makeLine(nsOf(2), 'y', { detected_level: 'warn' })], null);
  expect(errors).toBe(1);
});

test('lines are sorted by time, equal times as they came', () => {
  const lines = [line(2, 'b'), line(1, 'a'), line(2, 'c')];
  expect(sortLines(lines).map((l) => l.text)).toEqual(['a', 'b', 'c']);
});
