import { expect, test } from 'vitest';
import { makeLine } from './log_line';
import { isSought, soughtFilter } from './seek';

const line = (level: string, text = 'x') => makeLine('1', text, { level });

test('the filter names every word of the levels that the page takes for one', () => {
  expect(soughtFilter('warn')).toBe(
    ' | level=~"(?i)(warn|warning)" or (level="" and detected_level=~"(?i)(warn|warning)")',
  );
  const words = /\(\?i\)\(([^)]*)\)/.exec(soughtFilter('error'))![1]!.split('|');
  for (const word of words) expect(isSought(line(word), 'error', []), word).toBe(true);
  expect(words).toContain('panic');
  expect(words).not.toContain('info');
  expect(soughtFilter('hit')).toBe('');
});

test('a hit has one of the texts', () => {
  expect(isSought(line('info', 'a needle'), 'hit', ['needle'])).toBe(true);
  expect(isSought(line('info', 'hay'), 'hit', ['needle'])).toBe(false);
  expect(isSought(line('info', 'hay'), 'hit', [])).toBe(false);
});
