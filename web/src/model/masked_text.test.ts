import { expect, test } from 'vitest';
import { partsOf } from './masked_text';

test('a line falls into what stays and what is hidden', () => {
  expect(partsOf('결제 카드 1234 승인', [{ begin: 6, end: 10, rule: 'card' }])).toEqual([
    { text: '결제 카드 ', rule: '' },
    { text: '1234', rule: 'card' },
    { text: ' 승인', rule: '' },
  ]);
});

test('hits side by side, at both ends, and none', () => {
  expect(
    partsOf('abcd', [
      { begin: 0, end: 2, rule: 'x' },
      { begin: 2, end: 4, rule: 'y' },
    ]),
  ).toEqual([
    { text: 'ab', rule: 'x' },
    { text: 'cd', rule: 'y' },
  ]);
  expect(partsOf('abcd', [])).toEqual([{ text: 'abcd', rule: '' }]);
  expect(partsOf('', [])).toEqual([]);
});

test('places that are beyond the line, or go back, lose and double nothing', () => {
  const parts = partsOf('abcd', [
    { begin: 1, end: 3, rule: 'x' },
    { begin: 2, end: 9, rule: 'y' },
    { begin: 7, end: 9, rule: 'z' },
  ]);
  expect(parts.map((p) => p.text).join('')).toBe('abcd');
});
