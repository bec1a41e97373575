import { expect, test } from 'vitest';
import { KeySequence } from './keys';

test('two keys in time make a sequence', () => {
  const keys = new KeySequence('g');
  const press = (key: string, timeStamp: number) => keys.press({ key, timeStamp });
  expect(press('e', 0)).toBeNull();
  expect(press('g', 100)).toBeNull();
  expect(press('e', 300)).toBe('e');
  expect(press('e', 400)).toBeNull();
  expect(press('g', 500)).toBeNull();
  expect(press('e', 2000)).toBeNull();
  expect(press('g', 3000)).toBeNull();
  expect(press('g', 3100)).toBe('g');
});
