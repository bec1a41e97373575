import { expect, test } from 'vitest';
import { columnsOf } from './columns';

test('Hangul takes two columns, Latin one, marks none', () => {
  expect(columnsOf('abc')).toBe(3);
  expect(columnsOf('결제 완료')).toBe(9);
  expect(columnsOf('ｆｕｌｌ')).toBe(8);
  expect(columnsOf('e\u0301')).toBe(1);
  expect(columnsOf('🎫')).toBe(2);
});
