// ANSI colours of a line as spans with classes. Text only: nothing here makes HTML.

export interface Span {
  text: string;
  classes: string;
  /** Of the 256 or true-colour kind, as #rrggbb; else the classes have it. */
  colour?: string;
}

// CSI … final, OSC … BEL or ST, and other escapes of two characters.
const escape = /\x1b\[([0-9;:?<=>!]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[^[\]]?/g;

export function hasAnsi(line: string): boolean {
  return line.includes('\x1b');
}

export function stripAnsi(line: string): string {
  return hasAnsi(line) ? line.replace(escape, '') : line;
}

function hex(r: number, g: number, b: number): string {
  return `#${[r, g, b]
    .map((n) =>
      Math.max(0, Math.min(255, n | 0))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Of the palette's 256: the first sixteen are the theme's. */
export function paletteColour(n: number): string {
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10;
    return hex(grey, grey, grey);
  }
  const part = (i: number) => (i === 0 ? 0 : 55 + i * 40);
  const cube = n - 16;
  return hex(part(Math.floor(cube / 36)), part(Math.floor(cube / 6) % 6), part(cube % 6));
}

interface Style {
  marks: Set<string>;
  colour: string;
  exact: string;
}

/** Takes 38;5;n or 38;2;r;g;b from codes[i] on; how many codes it took. */
function extended(codes: readonly number[], i: number, style: Style | null): number {
  if (codes[i + 1] === 5) {
    const n = codes[i + 2] ?? 0;
    if (style && n < 16) [style.colour, style.exact] = [`ansi-${n}`, ''];
    else if (style && n < 256) [style.colour, style.exact] = ['', paletteColour(n)];
    return 2;
  }
  if (codes[i + 1] === 2) {
    if (style) [style.colour, style.exact] = ['', hex(codes[i + 2] ?? 0, codes[i + 3] ?? 0, codes[i + 4] ?? 0)];
    return 4;
  }
  return 0;
}

function apply(style: Style, codes: readonly number[]): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) Object.assign(style, { marks: new Set(), colour: '', exact: '' });
    else if (code === 1) style.marks.add('ansi-bold');
    else if (code === 2) style.marks.add('ansi-dim');
    else if (code === 3) style.marks.add('ansi-italic');
    else if (code === 4) style.marks.add('ansi-underline');
    else if (code === 22) style.marks = new Set([...style.marks].filter((m) => m !== 'ansi-bold' && m !== 'ansi-dim'));
    else if (code === 23) style.marks.delete('ansi-italic');
    else if (code === 24) style.marks.delete('ansi-underline');
    else if (code >= 30 && code <= 37) [style.colour, style.exact] = [`ansi-${code - 30}`, ''];
    else if (code >= 90 && code <= 97) [style.colour, style.exact] = [`ansi-${code - 82}`, ''];
    else if (code === 39) [style.colour, style.exact] = ['', ''];
    else if (code === 38) i += extended(codes, i, style);
    else if (code === 48) i += extended(codes, i, null);
  }
}

/** SGR: bold, dim, italic, underline and foreground colours; backgrounds and all else are left out. */
export function ansiSpans(line: string): Span[] {
  const spans: Span[] = [];
  const style: Style = { marks: new Set(), colour: '', exact: '' };
  let at = 0;
  const add = (end: number) => {
    if (end <= at) return;
    const span: Span = { text: line.slice(at, end), classes: [...style.marks, style.colour].filter(Boolean).join(' ') };
    if (style.exact) span.colour = style.exact;
    spans.push(span);
  };
  for (const found of line.matchAll(escape)) {
    add(found.index);
    at = found.index + found[0].length;
    if (found[2] === 'm' && /^[0-9;]*$/.test(found[1] ?? '')) apply(style, (found[1] || '0').split(';').map(Number));
  }
  add(line.length);
  return spans;
}
