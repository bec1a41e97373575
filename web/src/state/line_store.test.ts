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
  store.fill(gap, [line(2), line(3), makeGap(5, nsOf(4), nsOf(8))]);
  expect(texts(store)).toEqual(['line 1', 'line 2', 'line 3', 'gap 5', 'line 9']);
  expect(store.notShown).toBe(5);
  expect(changes.at(-1)?.replaced).toEqual({ index: 1, by: 3 });
});

test('beyond the cap of lines or characters the oldest go, and the list is told', () => {
  const store = new LineStore(3);
  let trimmed = 0;
  store.onChange = (change) => (trimmed += change.trimmed);
  store.append(
    [1, 2, 3, 4, 5].map((n) => line(n)),
    null,
  );
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
  // As the server answers backward: the newest first, of one time too.
  const backward = [line(3, 'd'), line(2, 'c'), line(2, 'b'), line(1, 'a')];
  expect(sortLines(backward.reverse()).map((l) => l.text)).toEqual(['a', 'b', 'c', 'd']);
});

test('where a row is, whatever came and went', () => {
  const store = new LineStore(40);
  let seed = 11;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let round = 0, older = 1000, newer = 1000; round < 300; round++) {
    const some = 1 + random(6);
    const what = random(4);
    if (what === 0)
      store.prepend(
        Array.from({ length: some }, (_, i) => line(older - some + i)),
        random(2) ? makeGap(0, nsOf(1), nsOf(2)) : null,
      );
    else if (what === 1 && store.lettingGo) store.appendNewer([line(newer++)], null);
    else if (what < 3)
      store.append(
        Array.from({ length: some }, () => line(newer++)),
        null,
      );
    else {
      const gap = Array.from({ length: store.length }, (_, i) => store.rows.at(i)!).find(
        (row) => isGap(row) && row !== store.lettingGo,
      );
      if (gap && isGap(gap) && store.length < 35) store.fill(gap, [line(1), line(2)]);
    }
    older -= some;
    for (let i = 0; i < store.length; i++) expect(store.indexOf(store.rows.at(i)!.id)).toBe(i);
    expect(store.indexOf(-999_999)).toBe(-1);
    expect(store.length).toBeLessThanOrEqual(40);
  }
});

test('older lines make the newest go, which stand as a gap; what comes meanwhile is counted there', () => {
  const store = new LineStore(5);
  store.reset([line(4), line(5), line(6), line(7)]);
  store.prepend([line(1), line(2), line(3)]);
  expect(texts(store)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'gap 0']);
  store.append([line(8), line(9)], makeGap(3, nsOf(10), nsOf(12)));
  expect(texts(store).at(-1)).toBe('gap 5');
  expect(store.notShown).toBe(5);
  expect(store.lettingGo?.fromNs).toBe(nsOf(4));
});
