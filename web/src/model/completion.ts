// What can be written at a place of a query: found from the text before it. The server knows the names.

export type Wanted =
  | { kind: 'label'; from: number }
  | { kind: 'value'; label: string; from: number; quoted: boolean }
  | { kind: 'stage'; from: number }
  | { kind: 'start'; from: number }
  | null;

/** Stages of a pipeline, after |. */
export const stages = [
  'json',
  'logfmt',
  'pattern',
  'regexp',
  'unpack',
  'line_format',
  'label_format',
  'keep',
  'drop',
  'decolorize',
  'unwrap',
];
export const filters = ['|=', '!=', '|~', '!~', '|>', '!>'];
export const functions = [
  'count_over_time',
  'rate',
  'bytes_rate',
  'bytes_over_time',
  'sum_over_time',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
  'absent_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'topk',
  'bottomk',
  'sort',
  'sort_desc',
  'stddev',
  'stdvar',
  'label_replace',
  'vector',
];

/** What belongs at the end of `before`. */
export function wantedAt(before: string): Wanted {
  const open = lastOpen(before);
  if (open >= 0) {
    const inside = before.slice(open + 1);
    const value = /(?:^|,)\s*([A-Za-z_]\w*)\s*(?:=~|!~|!=|=)\s*(["`]?)([^"`,}]*)$/.exec(inside);
    if (value)
      return { kind: 'value', label: value[1]!, from: before.length - value[3]!.length, quoted: value[2] !== '' };
    const label = /(?:^|,)\s*([A-Za-z_]\w*)?$/.exec(inside);
    return label ? { kind: 'label', from: before.length - (label[1]?.length ?? 0) } : null;
  }
  const stage = /\|\s*([a-z_]*)$/.exec(before);
  if (stage) return { kind: 'stage', from: before.length - stage[1]!.length };
  const start = /(?:^|[\s(])([A-Za-z_]*)$/.exec(before);
  if (
    start &&
    !/["`]/.test(before) &&
    (before.trim() === start[1] || /\($/.test(before.slice(0, before.length - start[1]!.length)))
  ) {
    return { kind: 'start', from: before.length - start[1]!.length };
  }
  return null;
}

/** The brace that is open at the end, outside of texts; -1: none. */
function lastOpen(text: string): number {
  let open = -1;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote) {
      if (c === '\\' && quote === '"') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === '`') quote = c;
    else if (c === '{') open = i;
    else if (c === '}') open = -1;
  }
  return open;
}
