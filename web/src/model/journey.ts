// The way of a user, request or order through the services: its lines as lanes, hops and gaps.

import { isError } from './level';
import { shownOf, type LogLine } from './log_line';

export interface JourneyEvent {
  /** The first of the folded lines. */
  line: LogLine;
  lane: number;
  /** Lines that say the same one after the other. */
  repeats: number;
  lastMs: number;
  /** Since the event before; of the first one 0. */
  gapMs: number;
}
export interface Hop {
  from: number;
  to: number;
  ms: number;
  /** Index of the event that it leads to. */
  event: number;
}
export interface Journey {
  services: string[];
  events: JourneyEvent[];
  hops: Hop[];
  startMs: number;
  endMs: number;
  errors: number;
  /** Index of the first event with an error; -1: none. */
  firstError: number;
  /** How often the first error came again. */
  retries: number;
  warnings: number;
  hosts: string[];
}

export interface JourneyOptions {
  fold: boolean;
  onlyErrors: boolean;
}

export const serviceOfLine = (line: LogLine) => line.labels.service ?? line.labels.service_name ?? line.labels.container ?? '?';
export const messageOfLine = (line: LogLine) => shownOf(line).message || line.text;

/** Lines oldest first. */
export function buildJourney(lines: readonly LogLine[], options: JourneyOptions): Journey {
  const services: string[] = [];
  const hosts = new Set<string>();
  const events: JourneyEvent[] = [];
  const hops: Hop[] = [];
  let errors = 0;
  let warnings = 0;
  for (const line of lines) {
    const service = serviceOfLine(line);
    if (!services.includes(service)) services.push(service);
    if (line.labels.host) hosts.add(line.labels.host);
    if (isError(line.level)) errors++;
    else if (line.level === 'warn') warnings++;
    if (options.onlyErrors && !isError(line.level) && line.level !== 'warn') continue;
    const lane = services.indexOf(service);
    const last = events.at(-1);
    if (options.fold && last && last.lane === lane && last.line.level === line.level && messageOfLine(last.line) === messageOfLine(line)) {
      last.repeats++;
      last.lastMs = line.ms;
      continue;
    }
    if (last && last.lane !== lane) hops.push({ from: last.lane, to: lane, ms: line.ms - last.lastMs, event: events.length });
    events.push({ line, lane, repeats: 1, lastMs: line.ms, gapMs: last ? line.ms - last.lastMs : 0 });
  }
  const firstError = events.findIndex((e) => isError(e.line.level));
  return {
    services,
    events,
    hops,
    startMs: lines[0]?.ms ?? 0,
    endMs: lines.at(-1)?.ms ?? 0,
    errors,
    warnings,
    firstError,
    retries: firstError < 0 ? 0 : repeatsOf(events, events[firstError]!) - 1,
    hosts: [...hosts],
  };
}

function repeatsOf(events: readonly JourneyEvent[], error: JourneyEvent): number {
  const message = messageOfLine(error.line);
  return events.reduce((sum, e) => sum + (e.lane === error.lane && isError(e.line.level) && messageOfLine(e.line) === message ? e.repeats : 0), 0);
}

/** The lines at the server's time: each host's clock put right by its skew (ms ahead), in that order. */
export function correctedLines(lines: readonly LogLine[], skews: ReadonlyMap<string, number>): LogLine[] {
  const right = lines.map((line) => ({ ...line, ms: line.ms - (skews.get(line.labels.host ?? '') ?? 0) }));
  return right.sort((a, b) => a.ms - b.ms);
}

/** How far the order of lines of two hosts may be wrong, in ms; 0 where no hop is that short. */
export function orderDoubt(journey: Journey, skews: ReadonlyMap<string, number>): number {
  const known = journey.hosts.map((host) => skews.get(host) ?? 0);
  const doubt = Math.max(0, ...known) - Math.min(0, ...known);
  return journey.hosts.length > 1 && journey.hops.some((hop) => Math.abs(hop.ms) <= doubt) ? doubt : 0;
}

/** Fields (and labels) that hold the value, with how many lines have it there. */
export function fieldsWith(lines: readonly LogLine[], value: string): { name: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const [name, text] of [...shownOf(line).fields, ...Object.entries(line.labels)]) {
      if (text === value) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

export const rowPx = 26;
export const longGapMs = 2_000;
const gapPx = 30;

/** Where each event stands: time is elastic, a long gap takes one row of its own. */
export function placesOf(events: readonly JourneyEvent[]): { y: number[]; height: number } {
  const y: number[] = [];
  let at = 0;
  for (const event of events) {
    if (event.gapMs > longGapMs) at += gapPx;
    else at += Math.round((14 * Math.max(0, event.gapMs)) / longGapMs);
    y.push(at);
    at += rowPx;
  }
  return { y, height: at };
}
