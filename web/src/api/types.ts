// What the server answers, checked once here; after that the types are trusted.

import { makeLine, type Labels, type LogLine } from '../model/log_line';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
  /** The role may not: nothing is wrong with what was asked. */
  get isOfRole(): boolean {
    return this.status === 403 && /^the role \S+ may not/.test(this.message);
  }
}

type Json = unknown;

export function object(value: Json, what: string): Record<string, Json> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ApiError(0, `unexpected answer: ${what}`);
  return value as Record<string, Json>;
}

export function array(value: Json, what: string): Json[] {
  if (!Array.isArray(value)) throw new ApiError(0, `unexpected answer: ${what}`);
  return value;
}

function labels(value: Json): Labels {
  return object(value, 'labels') as Labels;
}

/** Entries of all streams; the caller sorts. */
export function readStreams(streams: Json): LogLine[] {
  const lines: LogLine[] = [];
  for (const item of array(streams, 'streams')) {
    const stream = object(item, 'stream');
    const own = labels(stream.stream);
    for (const value of array(stream.values, 'values')) {
      const [ns, text] = value as [string, string];
      lines.push(makeLine(ns, text, own));
    }
  }
  return lines;
}

export interface Sample {
  ms: number;
  value: number;
}
export interface Series {
  labels: Labels;
  samples: Sample[];
}

function sample(value: Json): Sample {
  const [seconds, text] = value as [number, string];
  return { ms: Math.round(seconds * 1000), value: Number(text) };
}

export interface QueryAnswer {
  type: string;
  lines: LogLine[];
  series: Series[];
  stats: { lines: number; bytes: number; seconds: number };
  warnings: string[];
}

export function readQuery(body: Json): QueryAnswer {
  const whole = object(body, 'body');
  const data = object(whole.data, 'data');
  const type = String(data.resultType);
  const summary = object(object(data.stats ?? {}, 'stats').summary ?? {}, 'summary');
  const series =
    type === 'matrix' || type === 'vector'
      ? array(data.result, 'result').map((item) => {
          const one = object(item, 'series');
          const values = type === 'matrix' ? array(one.values, 'values') : [one.value];
          return { labels: labels(one.metric), samples: values.map(sample) };
        })
      : [];
  return {
    type,
    lines: type === 'streams' ? readStreams(data.result) : [],
    series,
    stats: {
      lines: Number(summary.totalLinesProcessed ?? 0),
      bytes: Number(summary.totalBytesProcessed ?? 0),
      seconds: Number(summary.execTime ?? 0),
    },
    warnings: array(whole.warnings ?? [], 'warnings').map(String),
  };
}

export interface LineGroups {
  labels: [string, string][];
  metadata: [string, string][];
  /** Made by stages of the query. */
  parsed: [string, string][];
}

/** The groups of one line in an answer with categorised labels; null: it is not in it. */
export function groupsOf(body: Json, line: LogLine): LineGroups | null {
  const data = object(object(body, 'body').data, 'data');
  for (const item of array(data.result, 'result')) {
    const stream = object(item, 'stream');
    const own = labels(stream.stream);
    for (const value of array(stream.values, 'values')) {
      const [ns, text, more] = value as [string, string, Json];
      if (ns !== line.ns || text !== line.text) continue;
      const groups = object(more ?? {}, 'groups');
      const metadata = labels(groups.structuredMetadata ?? {});
      const parsed = labels(groups.parsed ?? {});
      // Of several lines with the same text, the one that shows the same labels.
      const all = { ...own, ...metadata, ...parsed };
      if (Object.entries(all).every(([name, v]) => line.labels[name] === v))
        return { labels: Object.entries(own), metadata: Object.entries(metadata), parsed: Object.entries(parsed) };
    }
  }
  return null;
}

export function readList(body: Json): string[] {
  return array(object(body, 'body').data ?? [], 'data').map(String);
}

export interface ServerStatus {
  version: string;
  /** Empty: this is no demo. */
  demo: '' | 'simulated' | 'docker';
  streams: number;
  fileBytes: number;
  /** Of the lines in the files. */
  fileLineBytes: number;
  linesReceived: number;
  viewers: number;
  /** Of the disk that holds the logs, in bytes; 0: not known. */
  diskFree: number;
  diskTotal: number;
  journalBytes: number;
  headBytes: number;
  headEntries: number;
  files: number;
  bytesReceived: number;
  retentionMs: number;
  oldestMs: number;
  /** Why nothing is deleted for its age now; null: it is. */
  retentionHeld: HeldRetention | null;
  limits: IngestLimits;
}

/** What the server does not take as it comes. */
export interface IngestLimits {
  runaway: RunawayLabel[];
  /** Of the last day, the newest first. */
  refused: RefusedSource[];
}
/** A label with more values in a day than the server makes streams of. */
export interface RunawayLabel {
  label: string;
  moreThan: number;
  action: 'folded' | 'rejected' | 'none';
  sinceMs: number;
}
/** A token or address of which pushes were over a limit. */
export interface RefusedSource {
  source: string;
  pushes: number;
  lines: number;
  bytes: number;
  lastMs: number;
  why: string;
}

/** The server's clock has jumped ahead of what the store knows. */
export interface HeldRetention {
  clockMs: number;
  expectedMs: number;
  /** Until the clock is believed, if it keeps its pace. */
  leftMs: number;
}

function readHeld(value: Json | undefined): HeldRetention | null {
  if (value === null || value === undefined) return null;
  const held = object(value, 'retentionHeld');
  return { clockMs: Number(held.clockMs), expectedMs: Number(held.expectedMs), leftMs: Number(held.leftMs) };
}

function readLimits(value: Json | undefined): IngestLimits {
  const limits = object(value ?? {}, 'limits');
  const each = (list: Json | undefined) => array(list ?? [], 'limits').map((one) => object(one, 'limit'));
  return {
    runaway: each(limits.runaway).map((one) => ({
      label: String(one.label),
      moreThan: Number(one.moreThan),
      action: one.action === 'folded' || one.action === 'rejected' ? one.action : 'none',
      sinceMs: Number(one.sinceMs),
    })),
    refused: each(limits.refused).map((one) => ({
      source: String(one.source),
      pushes: Number(one.pushes),
      lines: Number(one.lines),
      bytes: Number(one.bytes),
      lastMs: Number(one.lastMs),
      why: String(one.why),
    })),
  };
}

export function readStatus(body: Json): ServerStatus {
  const s = object(body, 'status');
  return {
    version: String(s.version),
    demo: s.demo === 'simulated' || s.demo === 'docker' ? s.demo : '',
    streams: Number(s.streams ?? 0),
    fileBytes: Number(s.fileBytes ?? 0),
    fileLineBytes: Number(s.fileLineBytes ?? 0),
    linesReceived: Number(s.linesReceived ?? 0),
    viewers: Number(s.viewers ?? 0),
    diskFree: Number(s.diskFree ?? 0),
    diskTotal: Number(s.diskTotal ?? 0),
    journalBytes: Number(s.journalBytes ?? 0),
    headBytes: Number(s.headBytes ?? 0),
    headEntries: Number(s.headEntries ?? 0),
    files: Number(s.files ?? 0),
    bytesReceived: Number(s.bytesReceived ?? 0),
    retentionMs: Number(s.retentionMs ?? 0),
    oldestMs: Number(s.oldestMs ?? 0),
    retentionHeld: readHeld(s.retentionHeld),
    limits: readLimits(s.limits),
  };
}
