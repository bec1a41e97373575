import { expect, test } from 'vitest';
import { buildJourney, FieldCounts, Journey, orderDoubt, tell } from './journey';
import { makeLine, type LogLine } from './log_line';

let clock = 1_700_000_000_000;
const line = (service: string, afterMs: number, message: string, level = 'info') =>
  makeLine(`${(clock += afterMs)}000000`, JSON.stringify({ message, userId: 'u1', n: 1 }), {
    service,
    level,
    host: `${service}-host`,
  });
const all = { fold: true, onlyErrors: false };

test('lanes in the order of first sight, hops with their times, repeats folded', () => {
  const lines = [
    line('queue', 0, 'in'),
    line('queue', 10, 'wait'),
    line('queue', 10, 'wait'),
    line('queue', 10, 'wait'),
    line('api', 800, 'GET'),
    line('ticket', 4200, 'failed', 'error'),
    line('api', 5, 'late', 'warn'),
  ];
  const journey = buildJourney(lines, all);
  expect(journey.services).toEqual(['queue', 'api', 'ticket']);
  expect(journey.events.map((e) => e.repeats)).toEqual([1, 3, 1, 1, 1]);
  expect(journey.events.flatMap((e) => (e.hop ? [[e.hop.from, e.lane, e.hop.ms]] : []))).toEqual([
    [0, 1, 800],
    [1, 2, 4200],
    [2, 1, 5],
  ]);
  expect(journey.errors).toBe(1);
  expect(journey.firstError).toBe(3);
  expect(journey.retries).toBe(0);
  expect(
    buildJourney([...lines, line('ticket', 5, 'failed', 'error'), line('ticket', 5, 'failed', 'error')], all).retries,
  ).toBe(2);
  expect(journey.endMs - journey.startMs).toBe(5035);
  const y = journey.events.map((e) => e.y);
  expect(y[3]! - y[2]!).toBeGreaterThan(y[2]! - y[1]!);
  expect([...y].sort((a, b) => a - b)).toEqual(y);
});

test('only errors keeps the lanes', () => {
  const journey = buildJourney([line('a', 0, 'x'), line('b', 1, 'y', 'fatal')], { fold: true, onlyErrors: true });
  expect(journey.services).toEqual(['a', 'b']);
  expect(journey.events.length).toBe(1);
});

test('where a value was seen', () => {
  const counts = new FieldCounts('u1');
  for (const one of [line('a', 0, 'x'), line('b', 0, 'y')]) tell(one, counts);
  expect(counts.list()).toEqual([{ name: 'userId', count: 2 }]);
  expect(buildJourney([], all)).toMatchObject({ events: [], height: 0, firstError: -1, retries: 0 });
});

test('a clock that is ahead is told, and put right on request', () => {
  const lines = [line('queue', 0, 'in'), line('api', 30, 'GET')];
  const skews = new Map([
    ['queue-host', 0],
    ['api-host', 50],
  ]);
  expect(orderDoubt(buildJourney(lines, all), skews)).toBe(50);
  expect(orderDoubt(buildJourney(lines, all), new Map())).toBe(0);
  const right = buildJourney(lines, { ...all, skews });
  expect(right.events.map((e) => right.services[e.lane])).toEqual(['api', 'queue']);
  expect(lines[1]!.ms - right.startMs).toBe(50);
});

test('grown bit by bit, with late lines, it is what all lines at once give', () => {
  let seed = 9;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (const options of [all, { fold: false, onlyErrors: false }, { fold: true, onlyErrors: true }]) {
    const lines: LogLine[] = Array.from({ length: 400 }, (_, i) =>
      makeLine(String(1_700_000_000_000_000_000n + BigInt(i * 300) * 1_000_000n), `m${random(3)}`, {
        service: `s${random(3)}`,
        level: ['info', 'info', 'error', 'warn'][random(4)]!,
      }),
    );
    const whole = buildJourney(lines, options);
    // Each one at most nine places too late.
    const shuffled = lines
      .map((one, i) => ({ one, at: i + random(10) }))
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => one);
    const grown = new Journey(options);
    for (let i = 0; i < shuffled.length;) grown.add(shuffled.slice(i, (i += 1 + random(20))).map((one) => tell(one)));
    const seen = (j: Journey) =>
      j.events.map((e) => [
        j.services[e.lane],
        e.message,
        e.line.ns,
        e.repeats,
        e.gapMs,
        e.y,
        e.hop && [j.services[e.hop.from], e.hop.ms],
      ]);
    expect(seen(grown)).toEqual(seen(whole));
    expect([grown.errors, grown.warnings, grown.firstError, grown.retries, grown.height, grown.endMs]).toEqual([
      whole.errors,
      whole.warnings,
      whole.firstError,
      whole.retries,
      whole.height,
      whole.endMs,
    ]);
    for (let y = 0; y < whole.height; y += 37) expect(whole.events[whole.eventAt(y)]!.y + 26).toBeGreaterThan(y);
  }
});
