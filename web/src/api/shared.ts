// What the server keeps for the whole team: openings and their reports, views, counters.

import type { Opening, OpeningOutcome } from '../model/opening';
import { array, object, post, request } from './client';
import { readOutcome } from './opening';

export interface SharedView {
  id: string;
  name: string;
  search: string;
}
export interface SharedReport {
  name: string;
  atMs: number;
  /** Of an earlier release, which had no outcome. */
  markdown: string;
  outcome: OpeningOutcome | null;
}
export interface SharedCounter {
  id: string;
  name: string;
  query: string;
}
export interface SharedState {
  version: number;
  openings: Opening[];
  reports: SharedReport[];
  views: SharedView[];
  counters: SharedCounter[];
}

type Kind = 'openings' | 'reports' | 'views' | 'counters';
export type Change =
  { put: { kind: Kind; item: { id: string } & Record<string, unknown> }[] } | { remove: { kind: Kind; id: string }[] };

function readState(body: unknown): SharedState {
  const state = object(body, 'shared');
  const list = (name: Kind) => array(state[name], name).map((item) => object(item, name));
  return {
    version: Number(state.version),
    openings: list('openings')
      .map((o): Opening => ({
        name: String(o.name),
        atMs: Number(o.atMs),
        services: array(o.services, 'services').map(String),
        success: o.success === undefined ? undefined : String(o.success),
      }))
      .sort((a, b) => a.atMs - b.atMs),
    reports: list('reports')
      .map((r) => ({
        name: String(r.name),
        atMs: Number(r.atMs),
        markdown: String(r.markdown ?? ''),
        outcome: r.result === undefined ? null : readOutcome(r.result),
      }))
      .sort((a, b) => a.atMs - b.atMs),
    views: list('views')
      .map((v) => ({ id: String(v.id), name: String(v.name), search: String(v.search) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    counters: list('counters')
      .map((c) => ({ id: String(c.id), name: String(c.name), query: String(c.query) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

/** Null: nothing changed since that version. */
export async function sharedState(knownVersion: number, signal?: AbortSignal): Promise<SharedState | null> {
  const body = object(await request('/api/shared', { version: knownVersion }, signal), 'shared');
  return body.openings === undefined ? null : readState(body);
}

/** All or nothing; what there is then. */
export async function changeShared(change: Change): Promise<SharedState> {
  return readState(await (await post('/api/shared', change)).json());
}

export interface CounterCounts {
  id: string;
  /** Counting began; earlier lines are not in it. */
  sinceMs: number;
  total: number;
  /** Lines that nobody had time to look at: perhaps there were more. */
  unread: number;
  /** Of the last minutes, the present one last. */
  minutes: number[];
  /** Of the last seconds, the last whole one last. */
  seconds: number[];
}

export async function counterCounts(signal?: AbortSignal): Promise<CounterCounts[]> {
  const body = object(await request('/api/counters', {}, signal), 'counters');
  return array(body.counters, 'counters').map((item) => {
    const c = object(item, 'counter');
    const numbers = (name: string) => array(c[name], name).map(Number);
    return {
      id: String(c.id),
      sinceMs: Number(c.since),
      total: Number(c.total),
      unread: Number(c.unread),
      minutes: numbers('minutes'),
      seconds: numbers('seconds'),
    };
  });
}
