import { expect, test } from 'vitest';
import { visibleControls, visibleName } from './visible';

test('what would hide or turn text is shown as a symbol', () => {
  expect(visibleName('\u202eevil')).toBe('⟨U+202E⟩evil');
  expect(visibleName('a\tb\nc\x1b[31m\x7f')).toBe('a␉b␊c␛[31m␡');
  expect(visibleName('\u{e0041}\u00ad\u2066\ufeff\u0085')).toBe('⟨U+E0041⟩⟨U+00AD⟩⟨U+2066⟩⟨U+FEFF⟩⟨U+0085⟩');
  expect(visibleControls('a\tb\nc')).toBe('a\tb\nc');
  expect(visibleName('한글 🎫 é')).toBe('한글 🎫 é');
});
