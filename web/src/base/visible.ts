// Text of others as it can be read: nothing in it is invisible, turns the order of reading, or begins a new line.

const hidden =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function symbolOf(c: string): string {
  const code = c.codePointAt(0)!;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** Control and direction characters as symbols; tabs and line breaks stay. */
export function visibleControls(text: string): string {
  return text.replace(hidden, symbolOf);
}

/** The same for a name or value that stands in one line: tabs and line breaks too. */
export function visibleName(text: string): string {
  return visibleControls(text).replace(/[\t\n\r]/g, symbolOf);
}
