import { expect, test } from 'vitest';
import { addLineFilter, isMetric, splitQuery, toLogQL, toggleMatcher, wantedTexts } from './query';

test('plain words mean every stream', () => {
  expect(toLogQL('user_id_123')).toBe('{job=~".+"} |= "user_id_123"');
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
  expect(toggleMatcher('{level="error"}', 'level', 'error', false)).toBe('{job=~".+"}');
  expect(toggleMatcher('{job="docker"}', 'level', 'debug', true)).toBe('{job="docker", level!="debug"}');
  expect(toggleMatcher('', 'host', 'h1', false)).toBe('{host="h1"}');
});

test('line filters and their hits', () => {
  expect(addLineFilter('{a="b"}', 'x "y"', false)).toBe('{a="b"} |= "x \\"y\\""');
  expect(wantedTexts('{a="b"} |= "one" |~ "no" |= `two`')).toEqual(['one', 'two']);
});
