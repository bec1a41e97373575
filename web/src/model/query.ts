// Queries as text: what the page changes in them. The server alone understands them fully.

export interface Matcher {
  name: string;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** The selector at the beginning and what follows it. */
export interface SplitQuery {
  matchers: Matcher[];
  rest: string;
}

export function quote(value: string): string {
  return JSON.stringify(value);
}

const matcher = /\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(,?)/y;

/** Null if the text does not begin with a selector that can be read here. */
export function splitQuery(query: string): SplitQuery | null {
  const open = query.search(/\S/);
  if (open < 0 || query[open] !== '{') return null;
  const matchers: Matcher[] = [];
  matcher.lastIndex = open + 1;
  let at = open + 1;
  for (;;) {
    const close = /\s*\}/y;
    close.lastIndex = at;
    if (close.exec(query)) return { matchers, rest: query.slice(close.lastIndex) };
    matcher.lastIndex = at;
    const found = matcher.exec(query);
    if (!found) return null;
    at = matcher.lastIndex;
    let value: string;
    try {
      value = found[3]!.startsWith('`') ? found[3]!.slice(1, -1) : (JSON.parse(found[3]!) as string);
    } catch {
      return null;
    }
    matchers.push({ name: found[1]!, op: found[2] as Matcher['op'], value });
  }
}

export function joinQuery(split: SplitQuery): string {
  const inside = split.matchers.map((m) => `${m.name}${m.op}${quote(m.value)}`).join(', ');
  return `{${inside}}${split.rest}`;
}

/** Words without a selector are looked for in every line. */
export function isPlainText(query: string): boolean {
  const text = query.trim();
  return text !== '' && !text.startsWith('{') && !/^[a-z_]+\s*(\(|by\b|without\b)/i.test(text);
}

/** The server gives every stream the label service_name. */
export const everything = '{service_name=~".+"}';

/** What is sent to the server. */
export function toLogQL(query: string): string {
  const text = query.trim();
  if (text === '') return everything;
  return isPlainText(text) ? `${everything} |= ${quote(text)}` : text;
}

export function isMetric(query: string): boolean {
  return !toLogQL(query).startsWith('{');
}

/** The value is the only one wanted, is left out, or (again) no condition. */
export function toggleMatcher(query: string, name: string, value: string, exclude: boolean): string {
  const split = splitQuery(toLogQL(query));
  if (!split) return query;
  const op = exclude ? '!=' : '=';
  const had = split.matchers.some((m) => m.name === name && m.op === op && m.value === value);
  const matchers = split.matchers.filter((m) => m.name !== name || (exclude && m.op === '!=' && m.value !== value));
  if (!had) matchers.push({ name, op, value });
  const positive = matchers.some((m) => m.op === '=' || (m.op === '=~' && m.value !== '.*'));
  if (!positive) matchers.unshift({ name: 'service_name', op: '=~', value: '.+' });
  const useful = matchers.filter((m) => !(m.name === 'service_name' && m.op === '=~' && m.value === '.+' && matchers.some((o) => o !== m && o.op === '=')));
  return joinQuery({ matchers: useful, rest: split.rest });
}

/** Adds (or takes away again) a condition on a field of the lines. */
export function toggleField(query: string, name: string, value: string, exclude: boolean, parser: string): string {
  const whole = toLogQL(query);
  const condition = ` | ${name} ${exclude ? '!=' : '='} ${quote(value)}`;
  if (whole.includes(condition)) return whole.replace(condition, '');
  const parsed = parser === '' || new RegExp(`\\|\\s*${parser}\\b`).test(whole);
  return `${whole}${parsed ? '' : ` | ${parser}`}${condition}`;
}

/** Texts of |= filters, to mark their hits. */
export function wantedTexts(query: string): string[] {
  const out: string[] = [];
  for (const found of toLogQL(query).matchAll(/\|=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/g)) {
    try {
      out.push(found[1]!.startsWith('`') ? found[1]!.slice(1, -1) : (JSON.parse(found[1]!) as string));
    } catch {
      // Not a text of JSON's form: nothing to mark.
    }
  }
  return out.filter(Boolean);
}
