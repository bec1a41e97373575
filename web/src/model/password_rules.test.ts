import { expect, test } from 'vitest';
import { passwordFault } from './password_rules';

test('a password has eight characters, is a new one, and is typed the same twice', () => {
  expect(passwordFault('old one!', '1234567', '1234567')).toBe('short');
  expect(passwordFault('old one!', 'old one!', 'old one!')).toBe('same');
  expect(passwordFault('old one!', 'a good one', 'a good on')).toBe('different');
  expect(passwordFault('old one!', 'a good one', 'a good one')).toBeNull();
});

test('characters are counted as people count them', () => {
  expect(passwordFault('', '비밀번호여덟글자', '비밀번호여덟글자')).toBeNull();
  expect(passwordFault('', '😀😀😀😀', '😀😀😀😀')).toBe('short');
});
