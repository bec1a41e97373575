import { msOfNs } from '../base/time';
import { stripAnsi } from './ansi';
import { toLevel, type Level } from './level';

export type Labels = Record<string, string>;

/** One line on the page. What is shown of it is worked out when it is first drawn. */
export interface LogLine {
  id: number;
  ns: string;
  ms: number;
  labels: Labels;
  text: string;
  level: Level;
  shown?: Shown;
}

export interface Shown {
  message: string;
  /** The other fields of a JSON line, in its order. */
  fields: [string, string][];
  json: boolean;
}

let nextId = 1;

export function makeLine(ns: string, text: string, labels: Labels): LogLine {
  const level = toLevel(labels.level ?? labels.detected_level);
  return { id: nextId++, ns, ms: msOfNs(ns), labels, text, level };
}

/** What tells two lines apart when live and history meet. */
export function lineKey(line: LogLine): string {
  return `${line.ns} ${JSON.stringify(line.labels)} ${line.text}`;
}

/** Longer lines are shown as text: to parse megabytes would hold up the page. */
const maxParsed = 256 * 1024;
const messageKeys = ['message', 'msg', 'log', 'event'];

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function shownOf(line: LogLine): Shown {
  return (line.shown ??= work(line));
}

function work(line: LogLine): Shown {
  const plain = { message: line.text, fields: [] as [string, string][], json: false };
  const text = line.text.trimStart();
  if (!text.startsWith('{') || text.length > maxParsed) return plain;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return plain;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return plain;
  const all = Object.entries(parsed as Record<string, unknown>);
  const messageKey = messageKeys.find((key) => typeof (parsed as Record<string, unknown>)[key] === 'string');
  const fields = all.filter(([key]) => key !== messageKey).map(([key, value]): [string, string] => [key, asText(value)]);
  const message = messageKey ? asText((parsed as Record<string, unknown>)[messageKey]) : '';
  return { message, fields, json: true };
}

/** Fields that labels and columns show already. */
const known = new Set(['level', 'service', 'timestamp', 'time', '@timestamp', 'ts']);
const maxFields = 60;

/** The dimmed rest of a JSON line. */
export function restOf(shown: Shown, columns: readonly string[] = []): string {
  const fields = shown.fields.filter(([key]) => !known.has(key) && !columns.includes(key));
  const text = fields
    .slice(0, maxFields)
    .map(([key, value]) => `${key}=${value.length > 200 ? value.slice(0, 200) + '…' : value}`)
    .join(' ');
  return fields.length > maxFields ? `${text} +${fields.length - maxFields}` : text;
}

/** Of a JSON line indented, else the text without its colours. */
export function prettyOf(line: LogLine): string {
  if (!shownOf(line).json) return visibleControls(stripAnsi(line.text));
  return visibleControls(JSON.stringify(JSON.parse(line.text), null, 2));
}

/** Characters that would be invisible, or turn the order of what is read, as symbols. */
export function visibleControls(text: string): string {
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** One line of text for the list. */
export function oneLine(text: string): string {
  return visibleControls(stripAnsi(text).replace(/[\r\n]+/g, ' ⏎ '));
}
