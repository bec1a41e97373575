import { msOfNs } from '../base/time';
import { visibleControls } from '../base/visible';
import { stripAnsi } from './ansi';
import { fieldsOf, jsonOf, type Field } from './fields';
import { printJson } from './json_text';
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
  /** The other fields of a JSON or logfmt line, in its order. */
  fields: [string, string][];
  json: boolean;
  /** Values of the fields by name, and by what a label of that name is called; worked out for the first column. */
  byName?: Map<string, string>;
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

export function shownOf(line: LogLine): Shown {
  return (line.shown ??= readShown(line));
}

/** The same, not kept. */
export function readShown(line: LogLine): Shown {
  const json = jsonOf(line.text);
  const fields = fieldsOf(line.text).map((field): [string, string] => [field.name, field.value]);
  if (!json) return { message: line.text, fields, json: false };
  const own = (key: string) => json.members.find((member) => member.key === key && member.value.kind === 'string');
  const member = messageKeys.map(own).find((found) => found);
  if (!member || member.value.kind !== 'string') return { message: '', fields, json: true };
  const { text } = member.value;
  // The first of that name alone: a double stays beside it.
  const at = fields.findIndex(([name, value]) => name === member.key && value === text);
  return { message: text, fields: fields.filter((_, i) => i !== at), json: true };
}

/** The fields of a line beside its message, with what a query needs to know of them. */
export function fieldsBeside(line: LogLine): Field[] {
  const { message, json } = shownOf(line);
  const fields = fieldsOf(line.text, line.labels);
  const at = json ? fields.findIndex((f) => messageKeys.includes(f.name) && f.value === message) : -1;
  return fields.filter((_, i) => i !== at);
}

/** Of a label or field with a column of its own; the first of that name. */
export function columnValue(line: LogLine, name: string): string {
  if (Object.hasOwn(line.labels, name)) return line.labels[name]!;
  const shown = shownOf(line);
  return (shown.byName ??= valuesByName(shown.fields)).get(name) ?? '';
}

function valuesByName(fields: Shown['fields']): Map<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of fields)
    for (const name of [key, key.replace(/[^A-Za-z0-9_]/g, '_')]) if (!values.has(name)) values.set(name, value);
  return values;
}

/** Fields that labels and columns show already. */
const known = new Set(['level', 'service', 'timestamp', 'time', '@timestamp', 'ts']);
const maxFields = 60;

/** The dimmed rest of a JSON line. */
export function restOf(shown: Shown, columns: readonly string[] = []): string {
  if (!shown.json) return '';
  const fields = shown.fields.filter(([key]) => !known.has(key) && !columns.includes(key));
  const text = fields
    .slice(0, maxFields)
    .map(([key, value]) => `${key}=${value.length > 200 ? value.slice(0, 200) + '…' : value}`)
    .join(' ');
  return fields.length > maxFields ? `${text} +${fields.length - maxFields}` : text;
}

/** Of a JSON line indented, else the text without its colours. */
export function prettyOf(line: LogLine): string {
  const json = jsonOf(line.text);
  return visibleControls(json ? printJson(json) : stripAnsi(line.text));
}

/** One line of text for the list. */
export function oneLine(text: string): string {
  return visibleControls(stripAnsi(text).replace(/[\r\n]+/g, ' ⏎ '));
}
