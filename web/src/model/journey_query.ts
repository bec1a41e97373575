// What is asked for to follow a value: lines that hold it as a whole word, or have it in one field.

import { escapeRegex } from './regex';
import { everything, quote } from './query';

export interface Followed {
  /** Empty: wherever the value stands. */
  field: string;
  value: string;
}

/** "user_id_7", or "userId:user_id_7" and "userId=user_id_7" for one field. */
export function readFollowed(text: string): Followed {
  const found = /^\s*([A-Za-z_][\w.]*)\s*[:=]\s*(\S.*?)\s*$/.exec(text);
  return found ? { field: found[1]!, value: found[2]! } : { field: '', value: text.trim() };
}

/** user_id_7 is not in user_id_77; a particle may follow a Korean name. */
function wholeWord(value: string): string {
  const edge = (letter: string | undefined) => (/\w/.test(letter ?? '') ? '\\b' : '');
  return `${edge(value[0])}${escapeRegex(value)}${edge(value.at(-1))}`;
}

export function followQuery({ field, value }: Followed): string {
  const lines = `${everything} |= ${quote(value)} |~ ${quote(wholeWord(value))}`;
  if (!field) return lines;
  const same = (name: string) => `${name}=${quote(value)}`;
  const path = quote(field);
  const label = field.replace(/\./g, '_');
  return `${lines} | json journey_json=${path} | logfmt journey_text=${path} | ${same('journey_json')} or ${same('journey_text')} or ${same(label)} | drop journey_json, journey_text, __error__, __error_details__`;
}
