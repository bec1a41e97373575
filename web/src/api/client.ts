// The only folder that knows URLs.

import { nextNs, nsOfMs } from '../base/time';
import type { LogLine } from '../model/log_line';
import { doubtAccess } from './lost_access';
import {
  ApiError,
  array,
  object,
  groupsOf,
  readList,
  readQuery,
  readStatus,
  type LineGroups,
  type QueryAnswer,
  type ServerStatus,
} from './types';

export { array, object };

export interface Range {
  fromMs: number;
  toMs: number;
}

/** A list is sent as one parameter for each of its values. */
type Params = Record<string, string | number | readonly string[]>;

export async function request(
  path: string,
  params: Params,
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const values = Object.entries(params).flatMap(([k, v]) =>
    (Array.isArray(v) ? v : [v]).map((one) => [k, String(one)]),
  );
  const search = new URLSearchParams(values);
  let answer: Response;
  try {
    answer = await fetch(`${path}?${search}`, { signal, headers: { 'X-Requested-With': 'logsvc', ...headers } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'offline');
  }
  return (await checked(answer)).json();
}

/** The answer; one that is none throws as the server said it. */
async function checked(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  if (answer.status === 401 || answer.status === 403) doubtAccess();
  throw new ApiError(answer.status, (await answer.text()).trim());
}

function rangeParams(range: Range): Params {
  return { start: nsOfMs(range.fromMs), end: nsOfMs(range.toMs) };
}

export async function queryLines(
  query: string,
  startNs: string,
  endNs: string,
  limit: number,
  direction: 'backward' | 'forward',
  signal?: AbortSignal,
): Promise<QueryAnswer> {
  const params = { query, start: startNs, end: endNs, limit, direction };
  return readQuery(await request('/loki/api/v1/query_range', params, signal));
}

/** What of a line's labels are of its stream, its metadata, or made by the query. Null: the line is not stored. */
export async function lineGroups(query: string, line: LogLine, signal?: AbortSignal): Promise<LineGroups | null> {
  const params = { query, start: line.ns, end: nextNs(line.ns), limit: 1000, direction: 'forward' };
  const body = await request('/loki/api/v1/query_range', params, signal, {
    'X-Loki-Response-Encoding-Flags': 'categorize-labels',
  });
  return groupsOf(body, line);
}

export async function queryMatrix(
  query: string,
  range: Range,
  stepSeconds: number,
  signal?: AbortSignal,
): Promise<QueryAnswer> {
  const params = { query, ...rangeParams(range), step: stepSeconds };
  return readQuery(await request('/loki/api/v1/query_range', params, signal));
}

export async function queryInstant(query: string, atMs: number, signal?: AbortSignal): Promise<QueryAnswer> {
  return readQuery(await request('/loki/api/v1/query', { query, time: nsOfMs(atMs) }, signal));
}

export async function labelNames(range: Range, signal?: AbortSignal): Promise<string[]> {
  return readList(await request('/loki/api/v1/labels', rangeParams(range), signal));
}

export interface DetectedField {
  label: string;
  cardinality: number;
  /** The stage that makes it a label; empty: structured metadata. */
  parser: string;
}

export async function detectedFields(query: string, range: Range, signal?: AbortSignal): Promise<DetectedField[]> {
  const body = object(
    await request(
      '/loki/api/v1/detected_fields',
      { query, ...rangeParams(range), line_limit: 500, limit: 100 },
      signal,
    ),
    'fields',
  );
  return array(body.fields ?? [], 'fields').map((item) => {
    const f = object(item, 'field');
    return {
      label: String(f.label),
      cardinality: Number(f.cardinality),
      parser: String(array(f.parsers ?? [], 'parsers')[0] ?? ''),
    };
  });
}

export async function labelValues(name: string, range: Range, signal?: AbortSignal): Promise<string[]> {
  return readList(await request(`/loki/api/v1/label/${encodeURIComponent(name)}/values`, rangeParams(range), signal));
}

/** Bytes of lines by the values of a label. */
export async function volumes(label: string, range: Range, signal?: AbortSignal): Promise<Map<string, number>> {
  const params = { query: `{${label}=~".+"}`, ...rangeParams(range), targetLabels: label, limit: 500 };
  const answer = readQuery(await request('/loki/api/v1/index/volume', params, signal));
  return new Map(answer.series.map((s) => [s.labels[label] ?? '', s.samples[0]?.value ?? 0]));
}

/** An address that answers with the whole result as a file. */
export function exportUrl(query: string, range: Range, format: 'txt' | 'ndjson' | 'csv'): string {
  return `/api/export?${new URLSearchParams({ query, start: nsOfMs(range.fromMs), end: nsOfMs(range.toMs), format })}`;
}

export async function serverStatus(): Promise<ServerStatus> {
  return readStatus(await request('/api/status', {}));
}

export interface ServerSetting {
  name: string;
  value: string;
  /** Where it was set: a flag, the environment, a file, or the default. */
  origin: string;
}

export async function serverSettings(): Promise<ServerSetting[]> {
  return array(await request('/config', { format: 'json' }), 'settings').map((item) => {
    const one = object(item, 'setting');
    return { name: String(one.name), value: String(one.value), origin: String(one.origin) };
  });
}

export async function metricsText(signal?: AbortSignal): Promise<string> {
  const answer = await fetch('/metrics', { signal, headers: { Accept: 'text/plain', 'X-Requested-With': 'logsvc' } });
  return (await checked(answer)).text();
}

async function change(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'logsvc' },
      body: JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, 'offline');
  }
  return checked(answer);
}

export const post = (path: string, body: unknown): Promise<Response> => change('POST', path, body);
export const remove = (path: string): Promise<Response> => change('DELETE', path, {});

/** A person says that the server's clock is right. */
export const confirmClock = (): Promise<unknown> => post('/api/retention/confirm-clock', {});
