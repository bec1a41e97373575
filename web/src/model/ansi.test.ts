import { expect, test } from 'vitest';
import { ansiSpans, stripAnsi } from './ansi';

test('colours become classes and text stays text', () => {
  expect(ansiSpans('a\x1b[31mred\x1b[0m <b>')).toEqual([
    { text: 'a', classes: '' },
    { text: 'red', classes: 'ansi-1' },
    { text: ' <b>', classes: '' },
  ]);
});

test('bold, bright and unknown sequences', () => {
  expect(ansiSpans('\x1b[1;92mok\x1b[22m!\x1b[2K')).toEqual([
    { text: 'ok', classes: 'ansi-bold ansi-10' },
    { text: '!', classes: 'ansi-10' },
  ]);
  expect(stripAnsi('\x1b[38;5;200mx\x1b]0;title\x07y')).toBe('xy');
});
