import { expect, test } from 'vitest';
import { barPlace, barStart, moveChoice, spanOfChoice, type BarChoice, type BarScale } from './bar_choice';

const scale: BarScale = { fromMs: 1_000, toMs: 11_000, stepMs: 1_000, baseMs: 1_500 };
const after = (...keys: string[]) =>
  keys.reduce<BarChoice | null>(
    (choice, key) => moveChoice(scale, choice, key.replace('Shift+', ''), key.startsWith('Shift+')),
    null,
  );

test('bars begin where the first known one does, a whole number of steps away', () => {
  expect([1_000, 1_499, 1_500, 2_499, 2_500].map((ms) => barStart(scale, ms))).toEqual([500, 500, 1_500, 1_500, 2_500]);
  expect(barPlace(scale, 1_000)).toEqual({ count: 11, index: 0 });
  expect(barPlace(scale, 10_999)).toEqual({ count: 11, index: 10 });
  expect(barPlace(scale, 99_999)).toEqual({ count: 11, index: 10 });
});

test('arrows go from bar to bar and stay within', () => {
  expect(after('ArrowLeft')).toEqual({ atMs: 10_500, sinceMs: 10_500 });
  expect(after('ArrowLeft', 'ArrowLeft', 'ArrowLeft')?.atMs).toBe(8_500);
  expect(after('End', 'ArrowRight')?.atMs).toBe(10_500);
  expect(after('Home', 'ArrowLeft')?.atMs).toBe(500);
  expect(after('Home', 'PageDown')?.atMs).toBe(10_500);
  expect(after('Home', 'x')).toBeNull();
});

test('with Shift the choice grows and shrinks from where it was begun', () => {
  const grown = after('End', 'Shift+ArrowLeft', 'Shift+ArrowLeft')!;
  expect(spanOfChoice(scale, grown)).toEqual([8_500, 11_500]);
  expect(spanOfChoice(scale, moveChoice(scale, grown, 'ArrowRight', true)!)).toEqual([9_500, 11_500]);
  expect(spanOfChoice(scale, moveChoice(scale, grown, 'ArrowLeft', false)!)).toEqual([7_500, 8_500]);
});

test('a range shorter than a bar has one', () => {
  const short: BarScale = { fromMs: 5_000, toMs: 5_000, stepMs: 1_000, baseMs: 0 };
  expect(moveChoice(short, null, 'Home', false)).toEqual({ atMs: 5_000, sinceMs: 5_000 });
  expect(barPlace(short, 5_000)).toEqual({ count: 1, index: 0 });
});
