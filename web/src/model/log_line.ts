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
  if (!text.startsWith('{')) return plain;
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

/** The dimmed rest of a JSON line. */
export function restOf(shown: Shown): string {
  return shown.fields
    .filter(([key]) => !known.has(key))
    .map(([key, value]) => `${key}=${value.length > 200 ? value.slice(0, 200) + '…' : value}`)
    .join(' ');
}

/** One line of text for the list. */
export function oneLine(text: string): string {
  return stripAnsi(text).replace(/[\r\n]+/g, ' ⏎ ');
}
