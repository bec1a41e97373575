import { expect, test } from 'vitest';
import { deviceOf } from './device';

test('a browser and its system', () => {
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0';
  expect(deviceOf(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36`)).toBe('Chrome, Windows');
  expect(deviceOf(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/141.0.0.0`)).toBe(
    'Edge, Windows',
  );
  expect(deviceOf(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Whale/4.34 Safari/537.36`)).toBe(
    'Whale, Windows',
  );
  expect(deviceOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605')).toBe(
    'Safari, macOS',
  );
  expect(deviceOf('Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0')).toBe('Firefox, Linux');
  expect(deviceOf(`Mozilla/5.0 (Linux; Android 15; SM-S931N) ${chrome} SamsungBrowser/28.0 Mobile Safari/537.36`)).toBe(
    'Samsung Internet, Android',
  );
  expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/141 Mobile')).toBe(
    'Chrome, iPhone',
  );
});

test('others as they name themselves, not too long', () => {
  expect(deviceOf('curl/8.5.0')).toBe('curl/8.5.0');
  expect(deviceOf('x'.repeat(500))).toHaveLength(60);
  expect(deviceOf('')).toBe('');
});
