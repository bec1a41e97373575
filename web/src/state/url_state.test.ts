import { expect, test } from 'vitest';
import { defaultView, rangeOf, readView, writeView } from './url_state';

test('a view survives the address bar', () => {
  const view = {
    query: '{a="b"} |= "한글 & x"',
    range: '1000-2000',
    live: true,
    line: '123',
    columns: ['userId', 'a,b%c 한글'],
  };
  expect(readView(writeView(view))).toEqual(view);
  expect(writeView(defaultView)).toBe('');
  expect(readView('?range=nonsense')).toEqual(defaultView);
});

test('ranges', () => {
  expect(rangeOf('1m', 100_000)).toEqual({ fromMs: 40_000, toMs: 100_000 });
  expect(rangeOf('5-9', 100)).toEqual({ fromMs: 5, toMs: 9 });
});
