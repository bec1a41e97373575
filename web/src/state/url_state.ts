// The address bar is the saved view.

import { spanMs } from '../base/time';

export interface View {
  query: string;
  /** "15m", or "FROM-TO" in ms. */
  range: string;
  live: boolean;
  /** The time of a line that is to be selected, in ns. */
  line: string;
  /** Labels or fields with a column in the list; null: as this browser has them. */
  columns: string[] | null;
}

const maxColumns = 30;

export const defaultView: View = { query: '', range: '15m', live: false, line: '', columns: null };

export function readView(search: string): View {
  const params = new URLSearchParams(search);
  const range = params.get('range') ?? '';
  const columns = params.get('columns');
  const good = !Number.isNaN(spanMs(range)) || /^\d+-\d+$/.test(range);
  return {
    query: params.get('query') ?? defaultView.query,
    range: good ? range : defaultView.range,
    live: params.get('live') === '1',
    line: /^\d+$/.test(params.get('line') ?? '') ? params.get('line')! : '',
    columns: columns === null ? null : columns.split(',').filter(Boolean).map(decodeURIComponent).slice(0, maxColumns),
  };
}

export function writeView(view: View): string {
  const params = new URLSearchParams();
  if (view.query) params.set('query', view.query);
  if (view.range !== defaultView.range) params.set('range', view.range);
  if (view.live) params.set('live', '1');
  if (view.line) params.set('line', view.line);
  if (view.columns && view.columns.length > 0)
    params.set('columns', view.columns.map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(','));
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** The range in ms as it is now. */
export function rangeOf(range: string, nowMs: number): { fromMs: number; toMs: number } {
  const fixed = /^(\d+)-(\d+)$/.exec(range);
  if (fixed) return { fromMs: Number(fixed[1]), toMs: Number(fixed[2]) };
  return { fromMs: nowMs - spanMs(range), toMs: nowMs };
}
