import { describe, expect, test } from 'vitest';
import { clockTime, compareNs, dateTime, msOfNs, nextNs, nsOfMs, roundStepSeconds, spanMs, dayStart } from './time';

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
