import { expect, test } from 'vitest';
import { isMetric, splitQuery, toLogQL, toggleField, toggleMatcher, wantedTexts } from './query';

test('plain words mean every stream', () => {
  expect(toLogQL('user_id_123')).toBe('{service_name=~".+"} |= "user_id_123"');
  expect(toLogQL(' {a="b"} ')).toBe('{a="b"}');
  expect(toLogQL('sum by (a) (rate({a="b"}[1m]))')).toContain('sum by');
  expect(isMetric('rate({a="b"}[1m])')).toBe(true);
  expect(isMetric('rate limit')).toBe(false);
});

test('selectors are taken apart and put together', () => {
  const split = splitQuery('{a="b\\"c", d!~`x.*`} |= "y"')!;
  expect(split.matchers).toEqual([
    { name: 'a', op: '=', value: 'b"c' },
    { name: 'd', op: '!~', value: 'x.*' },
  ]);
  expect(split.rest).toBe(' |= "y"');
  expect(splitQuery('{a=')).toBeNull();
});

test('a facet includes, excludes and lets go', () => {
  const one = toggleMatcher('{job="docker"}', 'level', 'error', false);
  expect(one).toBe('{job="docker", level="error"}');
  expect(toggleMatcher(one, 'level', 'warn', false)).toBe('{job="docker", level="warn"}');
  expect(toggleMatcher(one, 'level', 'error', false)).toBe('{job="docker"}');
  expect(toggleMatcher('{level="error"}', 'level', 'error', false)).toBe('{service_name=~".+"}');
  expect(toggleMatcher('{job="docker"}', 'level', 'debug', true)).toBe('{job="docker", level!="debug"}');
  expect(toggleMatcher('', 'host', 'h1', false)).toBe('{host="h1"}');
});

test('a field is parsed once, asked for, and let go', () => {
  const one = toggleField('{a="b"}', 'userId', 'u1', false, 'json');
  expect(one).toBe('{a="b"} | json | userId = "u1"');
  expect(toggleField(one, 'seat', 'A1', true, 'json')).toBe('{a="b"} | json | userId = "u1" | seat != "A1"');
  expect(toggleField(one, 'userId', 'u1', false, 'json')).toBe('{a="b"} | json');
});

test('hits of line filters', () => {
  expect(wantedTexts('{a="b"} |= "one" |~ "no" |= `two`')).toEqual(['one', 'two']);
});
