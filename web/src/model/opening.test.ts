import { expect, test } from 'vitest';
import { levels } from './level';
import { beforeMs, countdown, markdownReport, nextAt, phaseOf, readOpening, stripsOf, writeOpening } from './opening';

const t0 = Date.UTC(2026, 0, 2, 4); // 13:00 in Seoul

test('countdown and phases', () => {
  expect(countdown(t0, t0 - 3_723_000)).toBe('−01:02:03');
  expect(countdown(t0, t0 - 1)).toBe('−00:00:01');
  expect(countdown(t0, t0 + 7_900)).toBe('+00:00:07');
  expect(countdown(t0, t0 - 90_000_000)).toBe('−1d 01:00:00');
  expect([-4e6, -1e6, -3e4, 1e5, 2e5].map((d) => phaseOf(t0, t0 + d))).toEqual([
    'far',
    'near',
    'running',
    'running',
    'after',
  ]);
});

test('the next one o’clock of Seoul', () => {
  expect(nextAt(13, t0 - 1000, 540)).toBe(t0);
  expect(nextAt(13, t0, 540)).toBe(t0 + 864e5);
});

test('counts stand at their distance from T0, by 1 s and by 100 ms', () => {
  for (const step of [1000, 100]) {
    const strips = stripsOf(
      [
        {
          labels: { service_name: 'api', level: 'info' },
          samples: [
            { ms: t0, value: 9 },
            { ms: t0 + step, value: 5 },
          ],
        },
        { labels: { service_name: 'api', level: 'error' }, samples: [{ ms: t0 + step, value: 2 }] },
      ],
      t0,
      step,
    );
    const strip = strips.get('api')!;
    const at = beforeMs / step;
    expect(strip[at - 1]!.counts[levels.indexOf('info')]).toBe(9);
    expect(strip[at]!.counts[levels.indexOf('info')]).toBe(5);
  }
});

test('the report is a table that a name cannot break', () => {
  const text = markdownReport(
    { title: 'x', columns: ['a', 'b', 'c', 'd', 'e'], verdict: 'fine', rule: 'because', success: '3 | 4', link: 'l' },
    [{ name: 'a|b', firstLineMs: 132, lines: 1, errors: 0, peak: 1, ends: 0 }],
  );
  expect(text).toContain('| a\\|b | +0.132 s | 1 | 1 | 0 |');
  expect(text).toContain('3 \\| 4');
});

test('an address brings an opening to another browser', () => {
  const opening = { name: 'A & B', atMs: t0, services: ['api', 'ticket-server'], success: '결제가 완료' };
  expect(readOpening(writeOpening(opening).slice('/opening'.length))).toEqual(opening);
  expect(readOpening('?at=soon')).toBeNull();
  expect(readOpening('')).toBeNull();
});
