// The way of a user, request or order through the services: its lines as lanes, hops and gaps. Grows with its lines;
// what comes late is put where it belongs.

import { compareNs } from '../base/time';
import { isError } from './level';
import { readShown, shownOf, type LogLine } from './log_line';

/** A line with what it says, which is read once. */
export interface Told {
  line: LogLine;
  message: string;
}

export interface JourneyEvent {
  /** The first of the folded lines. */
  line: LogLine;
  message: string;
  lane: number;
  /** Lines that say the same one after the other. */
  repeats: number;
  lastMs: number;
  /** Since the event before; of the first one 0. */
  gapMs: number;
  /** The lane of the event before, if it is another, and the ms since then. */
  hop: { from: number; ms: number } | null;
  /** Pixels from the top: time is elastic, a long gap takes one row of its own. */
  y: number;
  /** Index of its first line. */
  first: number;
}

export interface JourneyOptions {
  fold: boolean;
  onlyErrors: boolean;
  /** ms that the clock of a host is ahead: lines are put right by it. Null: they stay. */
  skews?: ReadonlyMap<string, number> | null;
}

export const rowPx = 26;
export const longGapMs = 2_000;
const gapPx = 30;

export const serviceOfLine = (line: LogLine) =>
  line.labels.service ?? line.labels.service_name ?? line.labels.container ?? '?';
export const messageOfLine = (line: LogLine) => shownOf(line).message || line.text;

/** Nothing but the message is kept: a journey has many lines. */
export function tell(line: LogLine, fields?: FieldCounts): Told {
  const shown = readShown(line);
  fields?.add(line, shown.fields);
  return { line, message: shown.message || line.text };
}

export class Journey {
  readonly services: string[] = [];
  readonly hosts = new Set<string>();
  readonly events: JourneyEvent[] = [];
  errors = 0;
  warnings = 0;
  /** Index of the first event with an error; -1: none. */
  firstError = -1;
  /** ms; Infinity: there is none. */
  shortestHop = Infinity;
  private readonly told: Told[] = [];
  private readonly lanes = new Map<string, number>();
  private readonly errorTimes = new Map<string, number>();
  /** So many lines stand in events, or were left out. */
  private laid = 0;

  constructor(private readonly options: JourneyOptions) {}

  get lines(): number {
    return this.told.length;
  }
  get startMs(): number {
    return this.told[0]?.line.ms ?? 0;
  }
  get endMs(): number {
    return this.told.at(-1)?.line.ms ?? 0;
  }
  /** Pixels of all events. */
  get height(): number {
    const last = this.events.at(-1);
    return last ? last.y + rowPx : 0;
  }
  /** How often the first error came again. */
  get retries(): number {
    const first = this.events[this.firstError];
    return first ? this.errorTimes.get(errorKey(first.lane, first.message))! - 1 : 0;
  }

  /** Lines nearly in the order of time. */
  add(lines: readonly Told[]): void {
    let changed = this.told.length;
    for (const one of lines) {
      const told = this.corrected(one);
      this.count(told);
      let at = this.told.length;
      while (at > 0 && isBefore(told.line, this.told[at - 1]!.line)) at--;
      if (at === this.told.length) this.told.push(told);
      else this.told.splice(at, 0, told);
      changed = Math.min(changed, at);
    }
    this.takeBack(changed);
    for (; this.laid < this.told.length; this.laid++) this.lay(this.laid);
  }

  /** The event at so many pixels from the top. */
  eventAt(y: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.y + rowPx <= y) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, this.events.length - 1);
  }

  private corrected(told: Told): Told {
    const skew = this.options.skews?.get(told.line.labels.host ?? '') ?? 0;
    return skew === 0 ? told : { ...told, line: { ...told.line, ms: told.line.ms - skew } };
  }

  private count({ line, message }: Told): void {
    const service = serviceOfLine(line);
    if (!this.lanes.has(service)) this.lanes.set(service, this.services.push(service) - 1);
    if (line.labels.host) this.hosts.add(line.labels.host);
    if (isError(line.level)) {
      this.errors++;
      const key = errorKey(this.lanes.get(service)!, message);
      this.errorTimes.set(key, (this.errorTimes.get(key) ?? 0) + 1);
    } else if (line.level === 'warn') this.warnings++;
  }

  /** Events from that line on, to be laid again. */
  private takeBack(line: number): void {
    if (line >= this.laid) return;
    this.laid = line;
    while (this.events.length > 0 && this.events.at(-1)!.first >= line) this.events.pop();
    // The one before may have folded lines behind it.
    const last = this.events.pop();
    if (last) this.laid = last.first;
    if (this.firstError >= this.events.length) this.firstError = -1;
  }

  private lay(index: number): void {
    const { line, message } = this.told[index]!;
    const bad = isError(line.level);
    if (this.options.onlyErrors && !bad && line.level !== 'warn') return;
    const lane = this.lanes.get(serviceOfLine(line))!;
    const last = this.events.at(-1);
    if (this.options.fold && last && last.lane === lane && last.line.level === line.level && last.message === message) {
      last.repeats++;
      last.lastMs = line.ms;
      return;
    }
    const gapMs = last ? line.ms - last.lastMs : 0;
    const hop = last && last.lane !== lane ? { from: last.lane, ms: gapMs } : null;
    if (hop) this.shortestHop = Math.min(this.shortestHop, Math.abs(hop.ms));
    const space = gapMs > longGapMs ? gapPx : Math.round((14 * Math.max(0, gapMs)) / longGapMs);
    if (bad && this.firstError < 0) this.firstError = this.events.length;
    this.events.push({
      line,
      message,
      lane,
      repeats: 1,
      lastMs: line.ms,
      gapMs,
      hop,
      y: this.height + space,
      first: index,
    });
  }
}

const errorKey = (lane: number, message: string) => `${lane} ${message}`;

function isBefore(a: LogLine, b: LogLine): boolean {
  return a.ms < b.ms || (a.ms === b.ms && compareNs(a.ns, b.ns) < 0);
}

/** Of lines oldest first. */
export function buildJourney(lines: readonly LogLine[], options: JourneyOptions): Journey {
  const journey = new Journey(options);
  journey.add(lines.map((line) => tell(line)));
  return journey;
}

/** How far the order of lines of two hosts may be wrong, in ms; 0 where no hop is that short. */
export function orderDoubt(journey: Journey, skews: ReadonlyMap<string, number>): number {
  const known = [...journey.hosts].map((host) => skews.get(host) ?? 0);
  const doubt = Math.max(0, ...known) - Math.min(0, ...known);
  return known.length > 1 && journey.shortestHop <= doubt ? doubt : 0;
}

/** Fields (and labels) that hold the value, with how many lines have it there. */
export class FieldCounts {
  private readonly counts = new Map<string, number>();

  constructor(private readonly value: string) {}

  add(line: LogLine, fields: readonly [string, string][]): void {
    const names = new Set<string>();
    for (const [name, text] of fields) if (text === this.value) names.add(name);
    for (const name in line.labels) if (line.labels[name] === this.value) names.add(name);
    for (const name of names) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
  /** The most first. */
  list(): { name: string; count: number }[] {
    return [...this.counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
  }
}
