// The lines that the list holds: history in front, live ones at the end. Plain data; a listener is told what
// changed, so that the list can keep still under its reader.

import { RingBuffer } from '../base/ring_buffer';
import { compareNs } from '../base/time';
import { lineKey, type LogLine } from '../model/log_line';
import { isError } from '../model/level';

/** A place where lines are missing; storage has them. */
export interface Gap {
  id: number;
  /** 0: how many is not known. */
  gap: number;
  fromNs: string;
  toNs: string;
  /** Nothing is missing: the reader began anew here. */
  cut?: boolean;
  /** The server had no time to look at some of them: perhaps fewer match. */
  atMost?: boolean;
}
export type Row = LogLine | Gap;

export function isGap(row: Row): row is Gap {
  return 'gap' in row;
}

export interface Change {
  appended: number;
  /** Of the appended ones. */
  errors: number;
  prepended: number;
  trimmed: number;
  /** The row at this index became so many others. */
  replaced?: { index: number; by: number };
  cleared: boolean;
}

const none: Change = { appended: 0, errors: 0, prepended: 0, trimmed: 0, cleared: false };

let nextGapId = -1;
export function makeGap(gap: number, fromNs: string, toNs: string, atMost = false): Gap {
  return { id: nextGapId--, gap, fromNs, toNs, ...(atMost && { atMost }) };
}

const maxLines = 100_000;
const maxChars = 64_000_000;

export class LineStore {
  readonly rows: RingBuffer<Row>;
  onChange: (change: Change) => void = () => {};
  /** Lines that came live, doubles too. */
  received = 0;
  /** Lines that stand as gaps. */
  notShown = 0;
  /** Lines held: rows without gaps and cuts. */
  lines = 0;
  private chars = 0;
  /** Lines held of the stretch that a new connection sends again. */
  private overlap: Set<string> | null = null;

  constructor(
    cap = maxLines,
    private readonly charCap = maxChars,
  ) {
    this.rows = new RingBuffer<Row>(cap);
  }

  get length(): number {
    return this.rows.length;
  }

  /** Replaces everything; oldest first. */
  reset(lines: LogLine[]): void {
    this.rows.clear();
    this.received = this.notShown = this.chars = this.lines = 0;
    this.overlap = null;
    this.rows.push(lines);
    this.count(lines, 1);
    this.onChange({ ...none, appended: lines.length, cleared: true });
  }

  /** Older lines of a later look; oldest first. */
  prepend(lines: LogLine[]): void {
    const prepended = this.rows.prepend(lines);
    this.count(lines.slice(lines.length - prepended), 1);
    this.onChange({ ...none, prepended });
  }

  /** Lines from here on may come again over a new connection: those held are left out. */
  expectAgain(fromNs: string): void {
    this.overlap = new Set();
    for (let i = this.length - 1; i >= 0; i--) {
      const row = this.rows.at(i)!;
      if (isGap(row)) continue;
      // Arrivals are nearly in the order of time: far before the stretch nothing of it is found.
      if (compareNs(row.ns, fromNs) < 0 && this.length - i > 20_000) break;
      if (compareNs(row.ns, fromNs) >= 0) this.overlap.add(lineKey(row));
    }
  }

  /** Live lines, and the gap behind them if the server had to leave some out. */
  append(lines: LogLine[], gap: Gap | null): void {
    this.received += lines.length;
    let fresh: Row[] = lines;
    if (this.overlap) {
      fresh = lines.filter((line) => !this.overlap!.has(lineKey(line)));
      if (fresh.length > 0 && fresh.length === lines.length) this.overlap = null;
    }
    if (gap) {
      this.notShown += gap.gap;
      fresh = [...fresh, gap];
    }
    if (fresh.length === 0) return;
    let errors = 0;
    for (const row of fresh) if (!isGap(row) && isError(row.level)) errors++;
    this.count(fresh, 1);
    let taken = this.rows.push(fresh);
    this.count(taken, -1);
    let trimmed = taken.length;
    while (this.chars > this.charCap && this.length > 1) {
      taken = this.rows.shift(Math.min(100, this.length - 1));
      this.count(taken, -1);
      trimmed += taken.length;
    }
    this.onChange({ ...none, appended: fresh.length, errors, trimmed });
  }

  /** The reader begins anew: what is held stays above the cut. */
  cut(): void {
    const ns = this.last()?.ns ?? '0';
    this.append([], { ...makeGap(0, ns, ns), cut: true });
  }

  /** Lines for a gap, read from storage; `rest` of them did not fit and stays a gap behind them. */
  fill(gap: Gap, lines: LogLine[], rest: Gap | null): void {
    for (let index = 0; index < this.length; index++) {
      if (this.rows.at(index) !== gap) continue;
      const rows: Row[] = rest ? [...lines, rest] : lines;
      this.notShown += (rest?.gap ?? 0) - gap.gap;
      this.count(lines, 1);
      this.rows.replace(index, rows);
      this.onChange({ ...none, replaced: { index, by: rows.length } });
      return;
    }
  }

  first(): LogLine | undefined {
    for (let i = 0; i < this.rows.length; i++) {
      const row = this.rows.at(i);
      if (row && !isGap(row)) return row;
    }
    return undefined;
  }

  last(): LogLine | undefined {
    for (let i = this.rows.length - 1; i >= 0; i--) {
      const row = this.rows.at(i);
      if (row && !isGap(row)) return row;
    }
    return undefined;
  }

  private count(rows: readonly Row[], sign: number): void {
    for (const row of rows) {
      if (isGap(row)) continue;
      this.chars += sign * row.text.length;
      this.lines += sign;
    }
  }
}

/** Oldest first; the server's order among equal times. */
export function sortLines(lines: LogLine[]): LogLine[] {
  return lines.sort((a, b) => compareNs(a.ns, b.ns) || a.id - b.id);
}
