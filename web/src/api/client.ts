// The only place, with tail_socket.ts, that knows URLs.

import { nsOfMs } from '../base/time';
import { ApiError, readList, readQuery, readSession, readStatus, type QueryAnswer, type ServerStatus, type Session } from './types';

export interface Range {
  fromMs: number;
  toMs: number;
}

type Params = Record<string, string | number>;

async function request(path: string, params: Params, signal?: AbortSignal): Promise<unknown> {
  const search = new URLSearchParams(Object.entries(params).map(([k, v]) => [k, String(v)]));
  let answer: Response;
  try {
    answer = await fetch(`${path}?${search}`, { signal, headers: { 'X-Requested-With': 'logsvc' } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'offline');
  }
  if (!answer.ok) throw new ApiError(answer.status, await answer.text());
  return answer.json();
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

export async function queryMatrix(query: string, range: Range, stepSeconds: number, signal?: AbortSignal): Promise<QueryAnswer> {
  const params = { query, ...rangeParams(range), step: stepSeconds };
  return readQuery(await request('/loki/api/v1/query_range', params, signal));
}

export async function queryInstant(query: string, atMs: number, signal?: AbortSignal): Promise<QueryAnswer> {
  return readQuery(await request('/loki/api/v1/query', { query, time: nsOfMs(atMs) }, signal));
}

export async function labelNames(range: Range, signal?: AbortSignal): Promise<string[]> {
  return readList(await request('/loki/api/v1/labels', rangeParams(range), signal));
}

export async function serverStatus(): Promise<ServerStatus> {
  return readStatus(await request('/api/status', {}));
}

export async function session(): Promise<Session> {
  return readSession(await request('/api/session', {}));
}

async function post(path: string, body: unknown): Promise<void> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'logsvc' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new ApiError(answer.status, await answer.text());
}

export const logIn = (password: string): Promise<void> => post('/api/login', { password });
export const logOut = (): Promise<void> => post('/api/logout', {});
