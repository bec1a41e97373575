// The pulse of all services: a snapshot, then a frame a second over a WebSocket that comes back by itself.

import { array, object, request } from './client';
import { toLevel, type Level } from '../model/level';

export interface Silence {
  cause: 'stopped' | 'host' | 'quiet';
  sinceMs: number;
  detail: string;
}
export interface ServiceHead {
  id: number;
  name: string;
  label: string;
  hosts: string[];
  lastMs: number;
  /** null: still learning. */
  usualGapMs: number | null;
  silence: Silence | null;
}
export interface SeenError {
  number: number;
  ns: string;
  level: Level;
  service: string;
  host: string;
  container: string;
  message: string;
}
export interface Mark {
  ms: number;
  kind: string;
  service: string;
  container: string;
  host: string;
  detail: string;
}
export interface Fault {
  masked: string;
  sample: string;
  services: string[];
  level: Level;
  firstMs: number;
  lastMs: number;
  count: number;
}
export interface PulseSnapshot {
  nowMs: number;
  buckets: number;
  services: (ServiceHead & { cells: number[] })[];
  errors: SeenError[];
  marks: Mark[];
  newFaults: number;
}
export interface PulseFrame {
  nowMs: number;
  /** service, second, level, count, … */
  cells: number[];
  last: Record<string, number>;
  silence: Record<string, Silence | null>;
  services: ServiceHead[];
  errors: SeenError[];
  errorsMore: number;
  marks: Mark[];
  newFaults: number;
  /** Alive, known, the largest skew in ms. */
  agents: [number, number, number];
  stale: boolean;
}

type Json = unknown;
const text = (value: Json) => String(value ?? '');

function readSilence(value: Json): Silence | null {
  if (value === null || value === undefined) return null;
  const s = object(value, 'silence');
  const cause = s.cause === 'stopped' || s.cause === 'host' ? s.cause : 'quiet';
  return { cause, sinceMs: Number(s.since), detail: text(s.detail) };
}

function readHead(value: Json): ServiceHead & { cells: number[] } {
  const s = object(value, 'service');
  return {
    id: Number(s.id),
    name: text(s.name),
    label: text(s.label),
    hosts: array(s.hosts ?? [], 'hosts').map(text),
    lastMs: Number(s.last),
    usualGapMs: typeof s.usualGap === 'number' ? s.usualGap : null,
    silence: readSilence(s.silence),
    cells: array(s.cells ?? [], 'cells').map(Number),
  };
}

function readErrors(value: Json): SeenError[] {
  return array(value, 'errors').map((item) => {
    const e = object(item, 'error');
    return {
      number: Number(e.number),
      ns: text(e.ns),
      level: toLevel(text(e.level)),
      service: text(e.service),
      host: text(e.host),
      container: text(e.container),
      message: text(e.message),
    };
  });
}

function readMarks(value: Json): Mark[] {
  return array(value, 'marks').map((item) => {
    const m = object(item, 'mark');
    return {
      ms: Number(m.at),
      kind: text(m.kind),
      service: text(m.service),
      container: text(m.container),
      host: text(m.host),
      detail: text(m.detail),
    };
  });
}

function readAgents(value: Json): [number, number, number] {
  const [alive = 0, known = 0, skew = 0] = array(value ?? [], 'agents').map(Number);
  return [alive, known, skew];
}

export function readFrame(data: string): PulseFrame {
  const f = object(JSON.parse(data), 'frame');
  return {
    nowMs: Number(f.now),
    cells: array(f.cells, 'cells').map(Number),
    last: object(f.last, 'last') as Record<string, number>,
    silence: Object.fromEntries(Object.entries(object(f.silence, 'silence')).map(([id, s]) => [id, readSilence(s)])),
    services: array(f.services, 'services').map(readHead),
    errors: readErrors(f.errors),
    errorsMore: Number(f.errorsMore ?? 0),
    marks: readMarks(f.marks),
    newFaults: Number(f.newFaults),
    agents: readAgents(f.agents),
    stale: f.stale === true,
  };
}

export async function pulseSnapshot(byMinute: boolean): Promise<PulseSnapshot> {
  const s = object(await request('/api/pulse', byMinute ? { step: 60 } : {}), 'pulse');
  return {
    nowMs: Number(s.now),
    buckets: Number(s.buckets),
    services: array(s.services, 'services').map(readHead),
    errors: readErrors(s.errors),
    marks: readMarks(s.marks),
    newFaults: Number(s.newFaults),
  };
}

export async function faults(): Promise<Fault[]> {
  const body = object(await request('/api/faults', {}), 'faults');
  return array(body.faults, 'faults').map((item) => {
    const f = object(item, 'fault');
    return {
      masked: text(f.masked),
      sample: text(f.sample),
      services: array(f.services, 'services').map(text),
      level: toLevel(text(f.level)),
      firstMs: Number(f.first),
      lastMs: Number(f.last),
      count: Number(f.count),
    };
  });
}
