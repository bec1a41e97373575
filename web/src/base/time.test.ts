import { describe, expect, test } from 'vitest';
import {
  clockTime,
  compareNs,
  dateTime,
  msOfNs,
  nextNs,
  nsOfMs,
  roundStepSeconds,
  spanMs,
  dayStart,
  inputTime,
  msOfInput,
} from './time';

describe('time', () => {
  test('nanoseconds keep every digit', () => {
    expect(nextNs('1700000000123456789')).toBe('1700000000123456790');
    expect(msOfNs('1700000000123456789')).toBe(1700000000123);
    expect(nsOfMs(1700000000123)).toBe('1700000000123000000');
    expect(compareNs('999', '1000')).toBeLessThan(0);
    expect(compareNs('1700000000123456789', '1700000000123456788')).toBeGreaterThan(0);
  });
  test('zones', () => {
    expect(clockTime(0, 'UTC')).toBe('00:00:00.000');
    expect(clockTime(5, 'Asia/Seoul')).toBe('09:00:00.005');
    expect(dateTime(0, 'UTC')).toBe('1970-01-01 00:00:00.000');
  });
  test('spans and steps', () => {
    expect(spanMs('15m')).toBe(900000);
    expect(spanMs('x')).toBeNaN();
    expect(roundStepSeconds(3600e3, 120)).toBe(30);
    expect(roundStepSeconds(14 * 864e5, 120)).toBe(14400);
  });
});

test('midnight is that of the zone', () => {
  const ms = Date.UTC(2026, 0, 2, 20, 30, 15, 123);
  expect(dayStart(ms, 'UTC')).toBe(Date.UTC(2026, 0, 2));
  expect(dayStart(ms, 'Asia/Seoul')).toBe(Date.UTC(2026, 0, 2, 15));
});

test('midnight on days when clocks change', () => {
  const hour = 3_600_000;
  // New York goes to summer time at 02:00 on 8 March 2026 and back at 02:00 on 1 November.
  expect(dayStart(Date.UTC(2026, 2, 8, 20), 'America/New_York')).toBe(Date.UTC(2026, 2, 8, 5));
  expect(dayStart(Date.UTC(2026, 2, 8, 5, 30), 'America/New_York')).toBe(Date.UTC(2026, 2, 8, 5));
  expect(dayStart(Date.UTC(2026, 10, 1, 23), 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 4));
  // Beirut has no midnight on 29 March 2026: the day begins at 01:00.
  expect(dayStart(Date.UTC(2026, 2, 29, 12), 'Asia/Beirut')).toBe(Date.UTC(2026, 2, 28, 22));
  // Lord Howe changes by half an hour.
  for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2027, 0, 1); ms += 7 * hour) {
    for (const zone of ['America/New_York', 'Australia/Lord_Howe', 'Asia/Beirut', 'Asia/Kolkata']) {
      const start = dayStart(ms, zone);
      expect(start).toBeLessThanOrEqual(ms);
      expect(dateTime(start, zone).slice(0, 10)).toBe(dateTime(ms, zone).slice(0, 10));
      expect(dateTime(start - 1, zone).slice(0, 10)).not.toBe(dateTime(ms, zone).slice(0, 10));
    }
  }
});

test('what is written into a field for time is of the zone that is shown', () => {
  const ms = Date.UTC(2026, 10, 30, 4);
  expect(inputTime(ms, 'Asia/Seoul')).toBe('2026-11-30T13:00:00');
  for (const zone of ['UTC', 'Asia/Seoul', 'America/New_York', 'local'])
    expect(msOfInput(inputTime(ms, zone), zone)).toBe(ms);
  expect(msOfInput('2026-11-30T13:00', 'Asia/Seoul')).toBe(ms);
  // An hour that is skipped, and one that is there twice.
  expect(msOfInput('2026-03-08T02:30:00', 'America/New_York')).toBe(Date.UTC(2026, 2, 8, 7, 30));
  expect(msOfInput('2026-11-01T01:30:00', 'America/New_York')).toBe(Date.UTC(2026, 10, 1, 5, 30));
  for (const text of ['', '2026-02-31T00:00x', '2026-13-01T00:00', 'x']) expect(msOfInput(text, 'UTC'), text).toBeNaN();
});
