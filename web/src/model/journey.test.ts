import { expect, test } from 'vitest';
import { buildJourney, correctedLines, fieldsWith, orderDoubt, placesOf } from './journey';
import { makeLine } from './log_line';

let clock = 1_700_000_000_000;
const line = (service: string, afterMs: number, message: string, level = 'info') =>
  makeLine(`${(clock += afterMs)}000000`, JSON.stringify({ message, userId: 'u1', n: 1 }), { service, level, host: `${service}-host` });
const all = { fold: true, onlyErrors: false };

test('lanes in the order of first sight, hops with their times, repeats folded', () => {
  const lines = [line('queue', 0, 'in'), line('queue', 10, 'wait'), line('queue', 10, 'wait'), line('queue', 10, 'wait'), line('api', 800, 'GET'), line('ticket', 4200, 'failed', 'error'), line('api', 5, 'late', 'warn')];
  const journey = buildJourney(lines, all);
  expect(journey.services).toEqual(['queue', 'api', 'ticket']);
  expect(journey.events.map((e) => e.repeats)).toEqual([1, 3, 1, 1, 1]);
  expect(journey.hops.map((h) => [h.from, h.to, h.ms])).toEqual([[0, 1, 800], [1, 2, 4200], [2, 1, 5]]);
  expect(journey.errors).toBe(1);
  expect(journey.firstError).toBe(3);
  expect(journey.retries).toBe(0);
  expect(buildJourney([...lines, line('ticket', 5, 'failed', 'error'), line('ticket', 5, 'failed', 'error')], all).retries).toBe(2);
  expect(journey.endMs - journey.startMs).toBe(5035);
  const { y } = placesOf(journey.events);
  expect(y[3]! - y[2]!).toBeGreaterThan(y[2]! - y[1]!);
  expect([...y].sort((a, b) => a - b)).toEqual(y);
});

test('only errors keeps the lanes', () => {
  const journey = buildJourney([line('a', 0, 'x'), line('b', 1, 'y', 'fatal')], { fold: true, onlyErrors: true });
  expect(journey.services).toEqual(['a', 'b']);
  expect(journey.events.length).toBe(1);
});

test('where a value was seen', () => {
  expect(fieldsWith([line('a', 0, 'x'), line('b', 0, 'y')], 'u1')).toEqual([{ name: 'userId', count: 2 }]);
  expect(buildJourney([], all)).toMatchObject({ events: [], hops: [], firstError: -1 });
});

test('a clock that is ahead is told, and put right on request', () => {
  const lines = [line('queue', 0, 'in'), line('api', 30, 'GET')];
  const skews = new Map([['queue-host', 0], ['api-host', 50]]);
  expect(orderDoubt(buildJourney(lines, all), skews)).toBe(50);
  expect(orderDoubt(buildJourney(lines, all), new Map())).toBe(0);
  const right = correctedLines(lines, skews);
  expect(right.map((l) => l.labels.service)).toEqual(['api', 'queue']);
  expect(lines[1]!.ms - right[0]!.ms).toBe(50);
});
