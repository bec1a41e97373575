// Counts by level of a query's whole result, as bars of one width.

import { levels, toLevel } from './level';

export interface CountBar {
  /** The bar is of [fromMs, fromMs + stepMs). */
  fromMs: number;
  counts: number[];
}

interface SeriesLike {
  labels: Record<string, string>;
  samples: { ms: number; value: number }[];
}

/** Of series of count_over_time by level; a sample at t counts (t - step, t]. */
export function countBars(series: readonly SeriesLike[], stepMs: number): CountBar[] {
  const found = new Map<number, CountBar>();
  for (const one of series) {
    const level = levels.indexOf(toLevel(one.labels.level || one.labels.detected_level));
    for (const sample of one.samples) {
      const fromMs = sample.ms - stepMs;
      let bar = found.get(fromMs);
      if (!bar) found.set(fromMs, (bar = { fromMs, counts: levels.map(() => 0) }));
      bar.counts[level]! += sample.value;
    }
  }
  return [...found.values()].sort((a, b) => a.fromMs - b.fromMs);
}

export function levelTotals(bars: readonly CountBar[]): number[] {
  const sums = levels.map(() => 0);
  for (const bar of bars) for (let i = 0; i < sums.length; i++) sums[i]! += bar.counts[i]!;
  return sums;
}
