// ANSI colours of a line as spans with classes. Text only: nothing here makes HTML.

export interface Span {
  text: string;
  classes: string;
}

const escape = /\x1b\[([0-9;]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b./g;

export function hasAnsi(line: string): boolean {
  return line.includes('\x1b');
}

export function stripAnsi(line: string): string {
  return hasAnsi(line) ? line.replace(escape, '') : line;
}

/** SGR: bold, dim, italic, underline and the sixteen colours; the rest is left out. */
export function ansiSpans(line: string): Span[] {
  const spans: Span[] = [];
  let colour = '';
  let marks = new Set<string>();
  let at = 0;
  const add = (end: number) => {
    if (end > at) spans.push({ text: line.slice(at, end), classes: [...marks, colour].filter(Boolean).join(' ') });
  };
  for (const found of line.matchAll(escape)) {
    add(found.index);
    at = found.index + found[0].length;
    if (found[2] !== 'm') continue;
    const codes = (found[1] || '0').split(';').map(Number);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? 0;
      if (code === 0) {
        colour = '';
        marks = new Set();
      } else if (code === 1) marks.add('ansi-bold');
      else if (code === 2) marks.add('ansi-dim');
      else if (code === 3) marks.add('ansi-italic');
      else if (code === 4) marks.add('ansi-underline');
      else if (code === 22) marks = new Set([...marks].filter((m) => m !== 'ansi-bold' && m !== 'ansi-dim'));
      else if (code >= 30 && code <= 37) colour = `ansi-${code - 30}`;
      else if (code >= 90 && code <= 97) colour = `ansi-${code - 82}`;
      else if (code === 39) colour = '';
      else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4;
    }
  }
  add(line.length);
  return spans;
}
