import { expect, test } from 'vitest';
import { addressIn } from './url_at';

test('the address that covers the place, without the point behind it', () => {
  const text = 'see https://example.com/a?b=1. and "http://localhost:3004/x", not ftp://x';
  expect(addressIn(text, 10)).toBe('https://example.com/a?b=1');
  expect(addressIn(text, text.indexOf('localhost'))).toBe('http://localhost:3004/x');
  expect(addressIn(text, 1)).toBeNull();
  expect(addressIn(text, text.length - 2)).toBeNull();
  expect(addressIn('javascript:alert(1) https://', 25)).toBeNull();
});
