// Queries as text: what the page changes in them. The server alone understands them fully.

import { alternatives, escapeRegex, literalOf } from './regex';
import { labelOf } from './fields';
import { half } from './json_text';
import { isLogQL, selectorAt } from './words';

export interface Matcher {
  name: string;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** The first selector, and what stands around it. */
export interface SplitQuery {
  matchers: Matcher[];
  rest: string;
  before?: string;
}

export function quote(value: string): string {
  return JSON.stringify(half.test(value) ? value.replace(/[\ud800-\udfff]/gu, '\ufffd') : value);
}

/** Of a text in quotes or backticks; null: it is of no form that is known here. */
function unquote(text: string): string | null {
  if (text.startsWith('`')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}

const matcher = /\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(,?)/y;

/** Null if the text has no selector that can be read here. */
export function splitQuery(query: string): SplitQuery | null {
  const open = query.trimStart().startsWith('{') ? query.search(/\S/) : selectorAt(query);
  if (open < 0) return null;
  const matchers: Matcher[] = [];
  let at = open + 1;
  for (;;) {
    const close = /\s*\}/y;
    close.lastIndex = at;
    const before = query.slice(0, open);
    if (close.exec(query)) return { matchers, rest: query.slice(close.lastIndex), ...(before.trim() && { before }) };
    matcher.lastIndex = at;
    const found = matcher.exec(query);
    if (!found) return null;
    at = matcher.lastIndex;
    const value = unquote(found[3]!);
    if (value === null) return null;
    matchers.push({ name: found[1]!, op: found[2] as Matcher['op'], value });
  }
}

export function joinQuery(split: SplitQuery): string {
  return `${split.before ?? ''}${selectorText(split.matchers)}${split.rest}`;
}

export function selectorText(matchers: readonly Matcher[]): string {
  return `{${matchers.map((m) => `${m.name}${m.op}${quote(m.value)}`).join(', ')}}`;
}

/** Words are looked for in every line. */
export function isPlainText(query: string): boolean {
  const text = query.trim();
  return text !== '' && !isLogQL(text);
}

/** The server gives every stream the label service_name. */
export const everything = '{service_name=~".+"}';

/** What is sent to the server. */
export function toLogQL(query: string): string {
  const text = query.trim();
  if (text === '') return everything;
  return isPlainText(text) ? `${everything} |= ${quote(text)}` : text;
}

/** Its answer is numbers: before the selector stands more than comments and brackets, or there is none. */
export function isMetric(query: string): boolean {
  const text = toLogQL(query);
  const at = selectorAt(text);
  return (
    at < 0 ||
    text
      .slice(0, at)
      .replace(/#[^\n]*/g, '')
      .replace(/[\s(]/g, '') !== ''
  );
}

const piece = /"(?:[^"\\]|\\[^])*"|`[^`]*`|#[^\n]*|\|(?![=~>])|[^]/g;

/** A query for lines without its comments and outer brackets, so that stages can be put behind it. */
export function bare(query: string): string {
  const text = [...query.matchAll(piece)]
    .map(([one]) => (one.startsWith('#') ? '' : one))
    .join('')
    .trim();
  return text.startsWith('(') && text.endsWith(')') && !isMetric(text) ? bare(text.slice(1, -1)) : text;
}

/** What stands between the | of stages, texts kept whole; the first has the selector and line filters. */
function stagesOf(query: string): string[] {
  const out = [''];
  for (const [one] of query.matchAll(piece)) {
    if (one === '|') out.push('');
    else out[out.length - 1] += one;
  }
  return out;
}

/** Matches whatever the value. */
const anything = (m: Matcher) => m.op === '=~' && (m.value === '.+' || m.value === '.*');

/** The values of a label that the matchers ask for (or leave out), each as a regular expression. */
function valuesOf(matchers: readonly Matcher[], name: string, exclude: boolean): string[] {
  const [plain, regex] = exclude ? ['!=', '!~'] : ['=', '=~'];
  return matchers
    .filter((m) => m.name === name && !anything(m))
    .flatMap((m) => (m.op === plain ? [escapeRegex(m.value)] : m.op === regex ? alternatives(m.value) : []));
}

export type Choice = 'only' | 'without' | '';

/** What a query says of a value of a label. */
export function choiceOf(matchers: readonly Matcher[], name: string, value: string): Choice {
  const written = escapeRegex(value);
  if (valuesOf(matchers, name, true).includes(written)) return 'without';
  return valuesOf(matchers, name, false).includes(written) ? 'only' : '';
}

function matchersOf(name: string, only: string[], without: string[]): Matcher[] {
  const one = only.length === 1 ? literalOf(only[0]!) : null;
  const out: Matcher[] = [];
  if (one !== null) out.push({ name, op: '=', value: one });
  else if (only.length > 0) out.push({ name, op: '=~', value: only.join('|') });
  for (const regex of without) {
    const text = literalOf(regex);
    out.push(text === null ? { name, op: '!~', value: regex } : { name, op: '!=', value: text });
  }
  return out;
}

/** The value becomes one of those wanted, is left out, or (again) no condition. */
export function toggleMatcher(query: string, name: string, value: string, exclude: boolean): string {
  const split = splitQuery(toLogQL(query));
  if (!split) return query;
  const written = escapeRegex(value);
  const had = choiceOf(split.matchers, name, value) === (exclude ? 'without' : 'only');
  const others = (values: string[]) => values.filter((one) => one !== written);
  const only = others(valuesOf(split.matchers, name, false));
  const without = others(valuesOf(split.matchers, name, true));
  if (!had) (exclude ? without : only).push(written);
  const place = split.matchers.findIndex((m) => m.name === name);
  const matchers = split.matchers.filter((m) => m.name !== name);
  matchers.splice(place < 0 ? matchers.length : place, 0, ...matchersOf(name, only, without));
  const positive = matchers.some((m) => m.op === '=' || (m.op === '=~' && m.value !== '.*'));
  if (!positive) matchers.unshift({ name: 'service_name', op: '=~', value: '.+' });
  const needless = (m: Matcher) =>
    m.name === 'service_name' &&
    anything(m) &&
    matchers.some((o) => o !== m && (o.op === '=' || (o.op === '=~' && !anything(o))));
  return joinQuery({ ...split, matchers: matchers.filter((m) => !needless(m)) });
}

/** What `read` makes of the first stage of which it makes anything; null: of none. */
export function stageMatching<T>(query: string, read: (stage: string) => T | null): T | null {
  for (const stage of stagesOf(query).slice(1)) {
    const found = read(stage.trim());
    if (found !== null) return found;
  }
  return null;
}

/** The query without the stages of that kind. */
export function dropStage(query: string, isIt: (stage: string) => boolean): string {
  const parts = stagesOf(query);
  return parts
    .filter((part, i) => i === 0 || !isIt(part.trim()))
    .join('|')
    .trimEnd();
}

/** The query without what it says of values of a parsed field. */
export function withoutParsed(query: string, label: string): string {
  return dropStage(query, (stage) => wantedBy(stage, label) !== null || stage.startsWith(`${label} != `));
}

/** The query for lines of streams alone that have (or lack) the label; null: its selector cannot be read. */
export function withLabel(query: string, name: string, has: boolean): string | null {
  const split = splitQuery(query);
  if (!split) return null;
  return joinQuery({ ...split, matchers: [...split.matchers, { name, op: has ? '!=' : '=', value: '' }] });
}

/** The query with the condition behind it; or without it, if it has it. */
function toggleStage(query: string, condition: string, parser: string): string {
  const parts = stagesOf(query);
  const at = parts.findIndex((part, i) => i > 0 && part.trim() === condition);
  if (at > 0)
    return parts
      .filter((_, i) => i !== at)
      .join('|')
      .trimEnd();
  const parsed = parser === '' || parts.some((part, i) => i > 0 && part.trim() === parser);
  return `${query}${parsed ? '' : ` | ${parser}`} | ${condition}`;
}

const equal = '([A-Za-z_][A-Za-z0-9_]*)\\s*=\\s*("(?:[^"\\\\]|\\\\[^])*"|`[^`]*`)';
const equals = new RegExp(`^${equal}(?:\\s+or\\s+${equal})*$`);

/** The values of a stage that is name="a" or name="b"; null: it is another. */
function wantedBy(stage: string, name: string): string[] | null {
  const text = stage.trim();
  if (!equals.test(text)) return null;
  const values: string[] = [];
  for (const [, own, written] of text.matchAll(new RegExp(equal, 'g'))) {
    const value = own === name ? unquote(written!) : null;
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

/** Adds (or takes away again) a value of a parsed field: a second one is wanted beside the first. */
export function toggleParsed(query: string, label: string, value: string, exclude: boolean, parser: string): string {
  const asked = bare(toLogQL(query));
  // What was wanted and now is not wanted, or the other way, is no longer both.
  const opposite = parsedChoice(asked, label, value) === (exclude ? 'only' : 'without');
  const whole = opposite ? toggleParsed(asked, label, value, !exclude, parser) : asked;
  if (exclude) return toggleStage(whole, `${label} != ${quote(value)}`, parser);
  const parts = stagesOf(whole);
  const at = parts.findIndex((part, i) => i > 0 && wantedBy(part, label));
  if (at < 0) return toggleStage(whole, `${label} = ${quote(value)}`, parser);
  const had = wantedBy(parts[at]!, label)!;
  const values = had.includes(value) ? had.filter((v) => v !== value) : [...had, value];
  if (values.length === 0) parts.splice(at, 1);
  else parts[at] = ` ${values.map((v) => `${label} = ${quote(v)}`).join(' or ')}${at < parts.length - 1 ? ' ' : ''}`;
  return parts.join('|').trimEnd();
}

/** What a query says of a value of a parsed field. */
export function parsedChoice(query: string, label: string, value: string): Choice {
  const parts = stagesOf(toLogQL(query)).slice(1);
  if (parts.some((part) => part.trim() === `${label} != ${quote(value)}`)) return 'without';
  return parts.some((part) => wantedBy(part, label)?.includes(value)) ? 'only' : '';
}

/**
 * Adds (or takes away again) a condition on a field of a line, which that line itself holds. `written`: the field's text
 * in the line, if the parser has no label for it: null, arrays and empty objects by themselves.
 */
export function toggleField(
  query: string,
  name: string,
  value: string,
  exclude: boolean,
  parser: string,
  written?: string,
): string {
  const text = written ?? (parser === 'json' && /^(null$|\[|\{)/.test(value) ? value : '');
  if (text === '') return toggleParsed(query, labelOf(name), value, exclude, parser);
  const whole = bare(toLogQL(query));
  const filter = `${exclude ? '!=' : '|='} ${quote(text)}`;
  const split = splitQuery(whole);
  if (!split) return whole;
  // Filters of lines stand before the stages, where they see the line as it is stored.
  if (split.rest.includes(` ${filter}`))
    return joinQuery({ ...split, rest: split.rest.replace(` ${filter}`, () => '') });
  return joinQuery({ ...split, rest: ` ${filter}${split.rest}` });
}

/** Texts of |= filters, to mark their hits. */
export function wantedTexts(query: string): string[] {
  const found = [...toLogQL(query).matchAll(/\|=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/g)];
  return found.map(([, text]) => unquote(text!) ?? '').filter(Boolean);
}
