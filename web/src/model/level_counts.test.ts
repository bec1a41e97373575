import { expect, test } from 'vitest';
import { levels } from './level';
import { countBars, levelTotals } from './level_counts';

test('series become bars that begin a step earlier; levels by label or detection', () => {
  const bars = countBars(
    [
      { labels: { level: 'error' }, samples: [{ ms: 2000, value: 3 }] },
      {
        labels: { level: '', detected_level: 'WARNING' },
        samples: [
          { ms: 2000, value: 1 },
          { ms: 1000, value: 2 },
        ],
      },
      { labels: {}, samples: [{ ms: 2000, value: 5 }] },
    ],
    1000,
  );
  expect(bars.map((b) => b.fromMs)).toEqual([0, 1000]);
  const sums = levelTotals(bars);
  expect(sums[levels.indexOf('error')]).toBe(3);
  expect(sums[levels.indexOf('warn')]).toBe(3);
  expect(sums[levels.indexOf('other')]).toBe(5);
});
