// An opening: the moment at which sales begin, and what is counted around it.

import { levels, toLevel } from './level';

export interface Opening {
  name: string;
  /** T0 in ms. */
  atMs: number;
  /** Services that must be there; empty: all that are known. */
  services: string[];
  /** Words of a line that says that a sale succeeded; empty: none are looked for. */
  success?: string;
}

export type Verdict = 'running' | 'good' | 'errors' | 'bad';
export type ReasonWhat = 'silent' | 'errors' | 'manyErrors' | 'ended' | 'noSuccess';

export interface ServiceOutcome {
  name: string;
  /** ms after T0; null: none. */
  firstLineMs: number | null;
  lines: number;
  errors: number;
  /** Lines of its busiest second. */
  peak: number;
  /** Ends of its containers. */
  ends: number;
}
/** What the server says came of one. */
export interface OpeningOutcome {
  verdict: Verdict;
  services: ServiceOutcome[];
  /** Services that are not listed. */
  more: number;
  /** null: none are looked for. */
  success: { count: number; firstMs: number | null } | null;
  reasons: { what: ReasonWhat; service: string; count: number }[];
}

/** An address that brings the opening to another browser. */
export function writeOpening(opening: Opening): string {
  const params = new URLSearchParams({ at: String(opening.atMs) });
  if (opening.name) params.set('name', opening.name);
  for (const service of opening.services) params.append('service', service);
  if (opening.success) params.set('success', opening.success);
  return `/opening?${params}`;
}

/** The opening of such an address; null: it has none. */
export function readOpening(search: string): Opening | null {
  const params = new URLSearchParams(search);
  const at = params.get('at') ?? '';
  if (!/^\d{12,14}$/.test(at)) return null;
  return {
    name: (params.get('name') ?? '').slice(0, 200),
    atMs: Number(at),
    services: params.getAll('service').slice(0, 200),
    success: params.get('success')?.slice(0, 500),
  };
}

export const beforeMs = 60_000;
export const afterMs = 120_000;

export type Phase = 'far' | 'near' | 'running' | 'after';

/** near: an hour before; running: from a minute before to two minutes after. */
export function phaseOf(atMs: number, nowMs: number): Phase {
  if (nowMs < atMs - 3_600_000) return 'far';
  if (nowMs < atMs - beforeMs) return 'near';
  return nowMs <= atMs + afterMs ? 'running' : 'after';
}

/** "-01:02:03" before, "+00:00:07" after; days in front where there are any. */
export function countdown(atMs: number, nowMs: number): string {
  const left = atMs - nowMs;
  const seconds = left > 0 ? Math.ceil(left / 1000) : Math.floor(-left / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = `${two(Math.floor(seconds / 3600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${left > 0 ? '−' : '+'}${days > 0 ? `${days}d ` : ''}${clock}`;
}

/** The next 13:00:00 of the zone offset (minutes east of UTC). */
export function nextAt(hour: number, nowMs: number, offsetMinutes: number): number {
  const shift = offsetMinutes * 60_000;
  const day = Math.floor((nowMs + shift) / 864e5) * 864e5;
  const at = day + hour * 3_600_000 - shift;
  return at > nowMs ? at : at + 864e5;
}

/** Counts by level in buckets that begin at T0 - before. */
export type Strip = { counts: number[] }[];

export function emptyStrip(stepMs: number): Strip {
  return Array.from({ length: Math.round((beforeMs + afterMs) / stepMs) }, () => ({ counts: levels.map(() => 0) }));
}

interface SeriesLike {
  labels: Record<string, string>;
  samples: { ms: number; value: number }[];
}

/** Of series of count_over_time by service_name and level; a sample at t counts (t - step, t]. */
export function stripsOf(series: readonly SeriesLike[], atMs: number, stepMs: number): Map<string, Strip> {
  const out = new Map<string, Strip>();
  for (const one of series) {
    const name = one.labels.service_name ?? '';
    let strip = out.get(name);
    if (!strip) out.set(name, (strip = emptyStrip(stepMs)));
    const level = levels.indexOf(toLevel(one.labels.level || one.labels.detected_level));
    for (const sample of one.samples) {
      const bucket = Math.round((sample.ms - stepMs - (atMs - beforeMs)) / stepMs);
      if (strip[bucket]) strip[bucket]!.counts[level]! += sample.value;
    }
  }
  return out;
}

export interface ReportTexts {
  title: string;
  columns: [string, string, string, string, string];
  verdict: string;
  /** What the verdict goes by. */
  rule: string;
  /** What is known of successes; empty: nothing was looked for. */
  success: string;
  link: string;
}

export function markdownReport(texts: ReportTexts, results: readonly ServiceOutcome[]): string {
  const cell = (value: string) => value.replace(/\|/g, '\\|').replace(/[\r\n]+/g, ' ');
  const rows = results.map(
    (r) =>
      `| ${cell(r.name)} | ${r.firstLineMs === null ? '–' : `+${(r.firstLineMs / 1000).toFixed(3)} s`} | ${r.lines} | ${r.peak} | ${r.errors} |`,
  );
  return [
    `# ${texts.title}`,
    '',
    cell(texts.verdict),
    '',
    texts.rule,
    '',
    ...(texts.success ? [cell(texts.success), ''] : []),
    `| ${texts.columns.join(' | ')} |`,
    '|---|---|---|---|---|',
    ...rows,
    '',
    texts.link,
    '',
  ].join('\n');
}
