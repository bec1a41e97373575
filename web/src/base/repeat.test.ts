import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repeat } from './repeat';

const page = { hidden: false };
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', page);
  page.hidden = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('what is quick goes at its pace, fails or not, until it is stopped', async () => {
  let times = 0;
  const stop = repeat(1_000, async () => {
    if (++times === 2) throw new Error('away');
  });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(times).toBe(3);
  stop();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(times).toBe(3);
});

test('what takes long pauses for longer, and never goes twice at a time', async () => {
  const began: number[] = [];
  const stop = repeat(1_000, async () => {
    began.push(performance.now());
    await new Promise((done) => setTimeout(done, 2_500));
  });
  const start = performance.now();
  await vi.advanceTimersByTimeAsync(40_000);
  stop();
  // 2.5 s of work, then 20 s of pause: the next beat is 23 s after the one before, or 24 s.
  expect(began.map((at) => at - start)).toEqual([1_000, 24_000]);
});

test('a hidden page asks for nothing', async () => {
  let times = 0;
  const stop = repeat(1_000, async () => void times++);
  page.hidden = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(times).toBe(0);
  page.hidden = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(times).toBe(1);
  stop();
});
