// What the masking rules of the server would hide. Nothing of it is kept.

import type { Hit } from '../model/masked_text';
import { array, object, post } from './client';

export interface MaskingRule {
  name: string;
  /** Empty: a detector of the server's own. */
  pattern: string;
  replacement: string;
  /** Before a line is stored, or when support reads it. */
  at: 'ingest' | 'support';
  /** In the lines that were tried. */
  hits: number;
}
export interface TriedLine {
  line: string;
  masked: string;
  hits: Hit[];
  /** The same places in the masked line. */
  shown: Hit[];
}
export interface Tried {
  rules: MaskingRule[];
  lines: TriedLine[];
}

/** Lines without a line feed in them. */
export async function tryMasking(lines: readonly string[]): Promise<Tried> {
  const answer = await post('/api/masking/try', { lines: lines.join('\n') });
  const body = object(await answer.json(), 'masking');
  return {
    rules: array(body.rules, 'rules').map((item) => {
      const rule = object(item, 'rule');
      return {
        name: String(rule.name),
        pattern: String(rule.pattern ?? ''),
        replacement: String(rule.replacement),
        at: rule.at === 'ingest' ? 'ingest' : 'support',
        hits: Number(rule.hits),
      };
    }),
    lines: array(body.lines, 'lines').map((item, i) => {
      const one = object(item, 'line');
      const hits = array(one.hits, 'hits').map((hit) => object(hit, 'hit'));
      const places = (begin: string, end: string) =>
        hits.map((h): Hit => ({ begin: Number(h[begin]), end: Number(h[end]), rule: String(h.rule) }));
      return {
        line: lines[i] ?? '',
        masked: String(one.masked),
        hits: places('begin', 'end'),
        shown: places('maskedBegin', 'maskedEnd'),
      };
    }),
  };
}
