// JSON as it is written: numbers keep their digits, members their order and doubles. Reads somewhat more than JSON, as
// the server's `| json` does: any bare word, control characters and bad escapes in strings, a comma before the end.

export interface JsonObject {
  kind: 'object';
  members: JsonMember[];
}
export interface JsonMember {
  key: string;
  value: JsonValue;
  /** Where the member stands in the text, from its key to the end of its value. */
  from: number;
  to: number;
  /** Escapes in the key are all good. */
  goodKey: boolean;
}
export type JsonValue =
  | JsonObject
  | { kind: 'array'; items: JsonValue[]; text: string }
  /** good: all escapes in it are. */
  | { kind: 'string'; text: string; good: boolean }
  /** A number, true, false, null, or what stands in such a place. */
  | { kind: 'word'; text: string };

const maxDepth = 100;
const blanks = /[ \t\r\n]*/y;
const word = /[^\s,:{}[\]"]+/y;
const string = /"((?:[^"\\]|\\[^])*)"/y;
const escapes = /\\(?:u([0-9a-fA-F]{4})|([^]))/g;
/** Half of a pair, alone. */
export const half = /[\ud800-\udfff]/u;
const short: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): JsonObject | null {
    const value = this.next() === '{' ? this.object(0) : null;
    return value && this.next() === undefined ? value : null;
  }

  /** The next character that is no blank. */
  private next(): string | undefined {
    blanks.lastIndex = this.at;
    blanks.exec(this.text);
    this.at = blanks.lastIndex;
    return this.text[this.at];
  }

  private match(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.at;
    const found = what.exec(this.text);
    if (found) this.at = what.lastIndex;
    return found;
  }

  private string(): { text: string; good: boolean } | null {
    const found = this.match(string);
    if (!found) return null;
    let good = true;
    const text = found[1]!.replace(escapes, (whole, hex: string | undefined, letter: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (short[letter!] !== undefined) return short[letter!]!;
      good = false;
      return whole;
    });
    return { text, good: good && !half.test(text) };
  }

  private object(depth: number): JsonObject | null {
    if (depth > maxDepth) return null;
    this.at++;
    const members: JsonMember[] = [];
    while (this.next() !== '}') {
      const from = this.at;
      const key = this.string();
      if (!key || this.next() !== ':') return null;
      this.at++;
      const value = this.value(depth);
      if (!value) return null;
      members.push({ key: key.text, value, from, to: this.at, goodKey: key.good });
      const c = this.next();
      if (c === ',') this.at++;
      else if (c !== '}') return null;
    }
    this.at++;
    return { kind: 'object', members };
  }

  private array(depth: number): JsonValue | null {
    if (depth > maxDepth) return null;
    const from = this.at++;
    const items: JsonValue[] = [];
    while (this.next() !== ']') {
      const item = this.value(depth);
      if (!item) return null;
      items.push(item);
      const c = this.next();
      if (c === ',') this.at++;
      else if (c !== ']') return null;
    }
    this.at++;
    return { kind: 'array', items, text: this.text.slice(from, this.at) };
  }

  private value(depth: number): JsonValue | null {
    const c = this.next();
    if (c === '{') return this.object(depth + 1);
    if (c === '[') return this.array(depth + 1);
    if (c === '"') {
      const found = this.string();
      return found && { kind: 'string', ...found };
    }
    const found = this.match(word);
    return found && { kind: 'word', text: found[0] };
  }
}

/** The object that the text is; null: it is none. */
export function readJson(text: string): JsonObject | null {
  return new Reader(text).whole();
}

/** Indented by two blanks a level, everything in its order and with its own digits. */
export function printJson(value: JsonValue, indent = ''): string {
  if (value.kind === 'string') return JSON.stringify(value.text);
  if (value.kind === 'word') return value.text;
  const inner = `${indent}  `;
  const [open, close] = value.kind === 'array' ? '[]' : '{}';
  const parts =
    value.kind === 'array'
      ? value.items.map((item) => printJson(item, inner))
      : value.members.map((m) => `${JSON.stringify(m.key)}: ${printJson(m.value, inner)}`);
  return parts.length === 0 ? `${open}${close}` : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}
