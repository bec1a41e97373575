import { expect, test } from 'vitest';
import { AnsiUp } from 'ansi_up';
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

test('256 and true colours', () => {
  expect(ansiSpans('\x1b[38;5;9ma\x1b[38;5;196mb\x1b[38;2;1;2;3mc\x1b[48;5;20md\x1b[39me')).toEqual([
    { text: 'a', classes: 'ansi-9' },
    { text: 'b', classes: '', colour: '#ff0000' },
    { text: 'c', classes: '', colour: '#010203' },
    { text: 'd', classes: '', colour: '#010203' },
    { text: 'e', classes: '' },
  ]);
});

test('the same text and the same weight as ansi_up, for any mixture of sequences', () => {
  let seed = 11;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const codes = [
    '0',
    '1',
    '2',
    '3',
    '4',
    '22',
    '23',
    '24',
    '31',
    '97',
    '39',
    '38;5;196',
    '38;2;10;20;30',
    '48;5;7',
    '',
  ];
  for (let round = 0; round < 300; round++) {
    let line = '';
    for (let i = 0; i < 8; i++) line += `\x1b[${codes[random(codes.length)]}m` + 'w'.repeat(random(3)) + i;
    const oracle = new AnsiUp();
    oracle.use_classes = true;
    const html = oracle.ansi_to_html(line);
    const parts = [...html.matchAll(/<span([^>]*)>([^<]*)<\/span>|([^<]+)/g)].map((m) => ({
      text: m[2] ?? m[3] ?? '',
      bold: /bold/.test(m[1] ?? ''),
      italic: /italic/.test(m[1] ?? ''),
    }));
    const flat = (list: { text: string; bold: boolean; italic: boolean }[]) =>
      list.flatMap((p) => [...p.text].map((c) => `${c}${p.bold ? 'b' : ''}${p.italic ? 'i' : ''}`)).join(' ');
    const own = ansiSpans(line).map((s) => ({
      text: s.text,
      bold: s.classes.includes('bold'),
      italic: s.classes.includes('italic'),
    }));
    expect(flat(own), JSON.stringify(line)).toBe(flat(parts));
  }
});
