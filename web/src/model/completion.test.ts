import { expect, test } from 'vitest';
import { wantedAt } from './completion';

test('inside braces: names, then values', () => {
  expect(wantedAt('{')).toEqual({ kind: 'label', from: 1 });
  expect(wantedAt('{ser')).toEqual({ kind: 'label', from: 1 });
  expect(wantedAt('{service="api", le')).toEqual({ kind: 'label', from: 16 });
  expect(wantedAt('{service="ap')).toEqual({ kind: 'value', label: 'service', from: 10, quoted: true });
  expect(wantedAt('{service=')).toEqual({ kind: 'value', label: 'service', from: 9, quoted: false });
  expect(wantedAt('{a="}", service=~"')).toEqual({ kind: 'value', label: 'service', from: 18, quoted: true });
});

test('behind a pipe: stages; at the beginning: functions; elsewhere nothing', () => {
  expect(wantedAt('{a="b"} | js')).toEqual({ kind: 'stage', from: 10 });
  expect(wantedAt('su')).toEqual({ kind: 'start', from: 0 });
  expect(wantedAt('sum(ra')).toEqual({ kind: 'start', from: 4 });
  expect(wantedAt('user 결제')).toBeNull();
  expect(wantedAt('{a="b"} |= "x')).toBeNull();
});
