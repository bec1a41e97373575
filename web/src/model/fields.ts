// The fields of a line, and what of a query keeps just the lines that have a field like it.

import { half, readJson, type JsonMember, type JsonObject } from './json_text';

export interface Field {
  /** As it is written; members of objects are joined with dots. */
  name: string;
  value: string;
  /** What the stage `parser` calls it. */
  label: string;
  parser: 'json' | 'logfmt';
  /** Not empty: the stage has no such label with that value, and the line is known by this text in it. */
  written: string;
}

/** Longer lines are shown as text: to parse megabytes would hold up the page. */
export const maxParsed = 256 * 1024;
const maxFields = 2_000;
/** A longer value is looked for by the beginning of its text. */
const maxWanted = 2_000;

/** A name as stages make it a label: [A-Za-z0-9_], no digit in front. */
export function labelOf(name: string): string {
  const kept = name.replace(/[^A-Za-z0-9_]/gu, '_');
  return /^[0-9]/.test(kept) ? `_${kept}` : kept;
}

/** The object of a JSON line; null: it is no such line. */
export function jsonOf(text: string): JsonObject | null {
  const start = text.trimStart();
  return start.startsWith('{') && start.length <= maxParsed ? readJson(text) : null;
}

/** Fields of a JSON line, or of one with at least two pairs key=value or nothing else; empty: it has none. */
export function fieldsOf(text: string, labels: Record<string, string> = {}): Field[] {
  const object = jsonOf(text);
  const fields = object ? jsonFields(text, object) : text.length <= maxParsed ? logfmtFields(text) : [];
  return asStages(fields, labels);
}

/** A field as it is found; hasLabel: the stage has a label for it. */
interface Found extends Field {
  hasLabel: boolean;
}

/** Of fields with one label the first counts, and beside a label of the stream it gets another name. */
function asStages(fields: Found[], labels: Record<string, string>): Field[] {
  const seen = new Set<string>();
  return fields.map(({ hasLabel, written, ...field }) => {
    const known =
      hasLabel && !seen.has(field.label) && field.value.length <= maxWanted && !field.value.includes('\ufffd');
    if (hasLabel) seen.add(field.label);
    const taken = labels[field.label] !== undefined && labels[field.label] !== field.value;
    return { ...field, label: taken ? `${field.label}_extracted` : field.label, written: known ? '' : cut(written) };
  });
}

function cut(written: string): string {
  return written.slice(0, maxWanted).replace(/[\ud800-\udbff]$/, '');
}

/** Of keys that are written with escapes, one that comes twice is read otherwise than of the others. */
function namesLabel(key: string): boolean {
  return key !== '' && !/["\\\x00-\x1f]/.test(key);
}

function jsonFields(text: string, whole: JsonObject): Found[] {
  const out: Found[] = [];
  // The server's reader ends at what it does not know; what is behind it has no labels.
  let ended = false;
  const add = (member: JsonMember, names: string[], labels: string[]): void => {
    if (out.length >= maxFields) return;
    const { value } = member;
    ended ||= !member.goodKey;
    const own = member.key.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    const name = [...names, member.key];
    const label = [...labels, own];
    if (value.kind === 'object' && value.members.length > 0) {
      for (const inner of value.members) add(inner, name, label);
      return;
    }
    const isString = value.kind === 'string';
    const isKnownWord = value.kind === 'word' && /^(true|false|-|[0-9])/.test(value.text);
    if (value.kind === 'word' && !isKnownWord && value.text !== 'null') ended = true;
    const hasLabel = !ended && label.every(namesLabel) && (isString ? value.good : isKnownWord);
    const shown = value.kind === 'object' ? '{}' : value.text;
    out.push({
      name: name.join('.'),
      value: shown,
      label: labelOf(label.join('_')),
      parser: 'json',
      written: text.slice(member.from, member.to),
      hasLabel,
    });
  };
  for (const member of whole.members) add(member, [], []);
  return out;
}

// As the server's decoder reads it: blanks are everything up to the space; a key, and = with a value behind it.
const token = /([^\x00-\x20="]+)(?:=(?:"((?:[^"\\]|\\[^])*)"|([^\x00-\x20="]*)(?=[\x00-\x20]|$)))?/y;
const isKey = /^[A-Za-z_][\w.@/-]*$/;
const quotedEscapes = /\\(?:(["\\/'bfnrt])|u([0-9a-fA-F]{4}))/g;
const badEscape = /\\(?!["\\/'bfnrt]|u[0-9a-fA-F]{4})/;
const escaped: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function logfmtFields(text: string): Found[] {
  const out: Found[] = [];
  let others = 0;
  for (let at = 0; at < text.length && out.length < maxFields;) {
    if (text.charCodeAt(at) <= 0x20) {
      at++;
      continue;
    }
    token.lastIndex = at;
    const found = token.exec(text);
    const [written, key, quoted, plain] = found ?? [];
    at = found ? token.lastIndex : at;
    if (found && text.startsWith('="', at)) break;
    if (!found || text[at] === '=' || (!quoted && text[at] === '"')) {
      // Not of the form: on to the next blank.
      while (at < text.length && text.charCodeAt(at) > 0x20) at++;
      others++;
      continue;
    }
    const hasLabel = quoted === undefined || !badEscape.test(quoted.replace(/\\\\/g, ''));
    const value =
      quoted?.replace(quotedEscapes, (_, c: string, hex: string) =>
        hex ? String.fromCharCode(parseInt(hex, 16)) : (escaped[c] ?? c),
      ) ?? plain;
    if (!value || !isKey.test(key!)) others++;
    else
      out.push({
        name: key!,
        value,
        label: labelOf(key!),
        parser: 'logfmt',
        written: written!,
        hasLabel: hasLabel && !half.test(value),
      });
  }
  return out.length > 1 || others === 0 ? out : [];
}
