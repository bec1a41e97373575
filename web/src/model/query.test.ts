import { expect, test } from 'vitest';
import {
  choiceOf,
  isMetric,
  parsedChoice,
  quote,
  splitQuery,
  toLogQL,
  toggleField,
  toggleMatcher,
  toggleParsed,
  wantedTexts,
} from './query';

test('plain words mean every stream', () => {
  expect(toLogQL('user_id_123')).toBe('{service_name=~".+"} |= "user_id_123"');
  expect(toLogQL('connect() failed')).toBe('{service_name=~".+"} |= "connect() failed"');
  expect(toLogQL(' {a="b"} ')).toBe('{a="b"}');
  expect(toLogQL('sum by (a) (rate({a="b"}[1m]))')).toContain('sum by');
});

test('numbers or lines', () => {
  for (const metric of [
    'rate({a="b"}[1m])',
    '(sum(rate({a="b"}[1m])) / 2)',
    '# x\n100 * sum(rate({a="b"}[1m]))',
    '1 + 1',
    'vector(1)',
  ])
    expect(isMetric(metric), metric).toBe(true);
  for (const lines of ['rate limit', '', '{a="b"}', '# a note\n{a="b"}', '({a="b"} |= "rate(")', '(111: refused)'])
    expect(isMetric(lines), lines).toBe(false);
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
  expect(toggleMatcher(one, 'level', 'error', false)).toBe('{job="docker"}');
  expect(toggleMatcher('{level="error"}', 'level', 'error', false)).toBe('{service_name=~".+"}');
  expect(toggleMatcher('{job="docker"}', 'level', 'debug', true)).toBe('{job="docker", level!="debug"}');
  expect(toggleMatcher('', 'host', 'h1', false)).toBe('{host="h1"}');
});

test('a second value of a facet is wanted beside the first', () => {
  const two = toggleMatcher('{job="docker", level="error"}', 'level', 'warn', false);
  expect(two).toBe('{job="docker", level=~"error|warn"}');
  const three = toggleMatcher(two, 'level', 'a|b.c', false);
  expect(three).toBe('{job="docker", level=~"error|warn|a\\\\|b\\\\.c"}');
  expect(toggleMatcher(three, 'level', 'warn', false)).toBe('{job="docker", level=~"error|a\\\\|b\\\\.c"}');
  expect(toggleMatcher(two, 'level', 'error', false)).toBe('{job="docker", level="warn"}');
  // Written by hand: what it says stays.
  expect(toggleMatcher('{a=~"x(1|2).*"}', 'a', 'y', false)).toBe('{a=~"x(1|2).*|y"}');
  // Left out now, wanted before; and the other way.
  expect(toggleMatcher(two, 'level', 'warn', true)).toBe('{job="docker", level="error", level!="warn"}');
  expect(toggleMatcher('{job="docker", level!="warn"}', 'level', 'warn', false)).toBe('{job="docker", level="warn"}');
  expect(toggleMatcher('{job="docker", level!="warn"}', 'level', 'debug', true)).toBe(
    '{job="docker", level!="warn", level!="debug"}',
  );
  // service_name=~".+" says nothing of a value.
  expect(toggleMatcher('', 'service_name', 'api', false)).toBe('{service_name="api"}');
  const { matchers } = splitQuery(two)!;
  expect(['error', 'warn', 'info'].map((value) => choiceOf(matchers, 'level', value))).toEqual(['only', 'only', '']);
});

test('facets know the selector of a query with a comment, in brackets, or of numbers', () => {
  expect(toggleMatcher('# mine\n{a="b"}', 'c', 'd', false)).toBe('# mine\n{a="b", c="d"}');
  expect(toggleMatcher('sum(rate({a="b"}[1m]))', 'c', 'd', false)).toBe('sum(rate({a="b", c="d"}[1m]))');
});

test('a field is parsed once, asked for, and let go', () => {
  const one = toggleField('{a="b"}', 'userId', 'u1', false, 'json');
  expect(one).toBe('{a="b"} | json | userId = "u1"');
  expect(toggleField(one, 'seat', 'A1', true, 'json')).toBe('{a="b"} | json | userId = "u1" | seat != "A1"');
  expect(toggleField(one, 'userId', 'u1', false, 'json')).toBe('{a="b"} | json');
  expect(toggleField('{a="b"} |= "| json"', 'x', 'y', false, 'json')).toBe('{a="b"} |= "| json" | json | x = "y"');
  expect(toggleField('{a="b"} | json n="x.n"', 'x', 'y', false, 'json')).toBe(
    '{a="b"} | json n="x.n" | json | x = "y"',
  );
  expect(toggleField('{a="b"} # mine', 'x', 'y', false, 'logfmt')).toBe('{a="b"} | logfmt | x = "y"');
  expect(toggleField('({a="b"})', '2xx', 'y', false, 'logfmt')).toBe('{a="b"} | logfmt | _2xx = "y"');
});

test('a second value of a field is wanted beside the first', () => {
  const two = toggleParsed('{a="b"} | json | u = "1" | seat != "A1"', 'u', '2', false, 'json');
  expect(two).toBe('{a="b"} | json | u = "1" or u = "2" | seat != "A1"');
  expect(parsedChoice(two, 'u', '2')).toBe('only');
  expect(parsedChoice(two, 'seat', 'A1')).toBe('without');
  expect(parsedChoice(two, 'u', '3')).toBe('');
  expect(toggleParsed(two, 'u', '1', false, 'json')).toBe('{a="b"} | json | u = "2" | seat != "A1"');
  expect(toggleParsed(two, 'u', '2', true, 'json')).toBe('{a="b"} | json | u = "1" | seat != "A1" | u != "2"');
  expect(toggleParsed(two, 'seat', 'A1', false, 'json')).toBe('{a="b"} | json | u = "1" or u = "2" | seat = "A1"');
  expect(toggleParsed('{a="b"} | json | u = "a | b or u = c"', 'u', '2', false, 'json')).toBe(
    '{a="b"} | json | u = "a | b or u = c" or u = "2"',
  );
});

test('what the parser has no label for is known by its text in the line', () => {
  expect(toggleField('{a="b"} | json', 'tags', '["a"]', false, 'json')).toBe('{a="b"} |= "[\\"a\\"]" | json');
  expect(toggleField('{a="b"}', 'nul', 'null', true, 'json', '"nul": null')).toBe('{a="b"} != "\\"nul\\": null"');
  const one = toggleField('{a="b"} |= "x"', 'nul', 'null', false, 'json', '"nul":null');
  expect(toggleField(one, 'nul', 'null', false, 'json', '"nul":null')).toBe('{a="b"} |= "x"');
  // The text null, and a text that looks like an array.
  expect(toggleField('{a="b"}', 'nul', 'null', false, 'json', '')).toBe('{a="b"} | json | nul = "null"');
});

test('what is no character is written as one', () => {
  expect(quote('a\ud800b')).toBe('"a\ufffdb"');
  expect(quote('한글 🎫')).toBe('"한글 🎫"');
});

test('hits of line filters', () => {
  expect(wantedTexts('{a="b"} |= "one" |~ "no" |= `two`')).toEqual(['one', 'two']);
});
