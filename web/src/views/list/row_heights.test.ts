import { expect, test } from 'vitest';
import { makeLine } from '../../model/log_line';
import { LineStore, makeGap } from '../../state/line_store';
import { RowHeights } from './row_heights';

const host = { clientHeight: 400, clientWidth: 1_000 } as HTMLElement;
const line = (n: number, text = 'x') => makeLine(String(1_700_000_000_000_000_000n + BigInt(n)), text, {});
const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => line(from + i));

function made(newestFirst: boolean, cap = 1_000) {
  const store = new LineStore(cap);
  store.reset(lines(100, 50));
  const heights = new RowHeights(host, store, { rowHeight: 20, wrap: false, newestFirst });
  heights.estimateAll();
  /** How far what is read in the middle has moved. */
  let moved = 0;
  store.onChange = (change) => (moved += heights.apply(change, 500));
  const after = (what: () => void) => {
    moved = 0;
    what();
    return moved;
  };
  return { store, heights, after };
}

test('older lines move what is read if they come above it, newer ones if these do', () => {
  for (const newestFirst of [false, true]) {
    const { store, heights, after } = made(newestFirst);
    expect(after(() => store.prepend(lines(90, 10)))).toBe(newestFirst ? 0 : 200);
    expect(after(() => store.append(lines(200, 5), null))).toBe(newestFirst ? 100 : 0);
    expect(heights.geometry.total).toBe(65 * 20);
  }
});

test('what goes at the cap takes its pixels along', () => {
  const { store, heights, after } = made(false, 50);
  expect(after(() => store.append(lines(200, 5), null))).toBe(-100);
  expect(heights.geometry.total).toBe(50 * 20);
  const newest = made(true, 50);
  // The newest five came on top and as many oldest went below.
  expect(newest.after(() => newest.store.append(lines(200, 5), null))).toBe(100);
});

test('a gap above what is read that became lines moves it down by them, one below does not', () => {
  for (const [place, by] of [
    [5, 40],
    [40, 0],
  ] as const) {
    const { store, heights, after } = made(false);
    const gap = makeGap(3, '1', '2');
    store.reset(lines(100, place));
    store.append([], gap);
    store.append(lines(200, 50 - place), null);
    heights.estimateAll();
    expect(after(() => store.fill(gap, lines(150, 3)))).toBe(by);
    expect(heights.geometry.total).toBe(53 * 20);
  }
});

test('a wrapped line is as high as its text is long, a cut as high as the view', () => {
  const { store } = made(false);
  const heights = new RowHeights(host, store, { rowHeight: 20, wrap: true, newestFirst: false });
  expect(heights.estimate(line(1))).toBe(20);
  expect(heights.estimate(line(1, 'x'.repeat(800)))).toBe(10 * 20);
  expect(heights.estimate(line(1, 'x'.repeat(1_000_000)))).toBe(heights.estimate(line(1, 'x'.repeat(4_000))));
  expect(heights.estimate(makeGap(1, '1', '2'))).toBe(20);
  expect(heights.estimate({ ...makeGap(0, '1', '1'), cut: true })).toBe(400);
});
