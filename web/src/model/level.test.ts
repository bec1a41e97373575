import { expect, test } from 'vitest';
import { isError, toLevel } from './level';

test('levels by the words of loggers', () => {
  expect(['WARNING', 'err', 'silly', 'http', undefined].map(toLevel)).toEqual([
    'warn',
    'error',
    'trace',
    'info',
    'other',
  ]);
  expect([isError('critical'), isError('error'), isError('warn')]).toEqual([true, true, false]);
});

test('a word that is no level is other, a name that every object has too', () => {
  for (const word of ['constructor', '__proto__', 'valueOf', 'loud', '']) expect(toLevel(word), word).toBe('other');
});
