// The lines that the list holds: history in front, live ones at the end. Plain data; a listener is told what
// changed, so that the list can keep still under its reader.

import { RingBuffer } from '../base/ring_buffer';
import { compareNs } from '../base/time';
import { lineKey, type LogLine } from '../model/log_line';

/** A place where lines are missing. */
export interface Gap {
  id: number;
  gap: number;
}
export type Row = LogLine | Gap;

export function isGap(row: Row): row is Gap {
  return 'gap' in row;
}

export interface Change {
  appended: number;
  prepended: number;
  trimmed: number;
  cleared: boolean;
}

let nextGapId = -1;
/** Of the newest lines held, how many are compared with what comes in, to leave out doubles. */
const overlap = 6_000;

export class LineStore {
  readonly rows: RingBuffer<Row>;
  onChange: (change: Change) => void = () => {};
  received = 0;
  dropped = 0;
  private recent = new Set<string>();
  private recentOrder: string[] = [];

  constructor(cap = 100_000) {
    this.rows = new RingBuffer<Row>(cap);
  }

  get length(): number {
    return this.rows.length;
  }

  /** Replaces everything; oldest first. */
  reset(lines: LogLine[]): void {
    this.rows.clear();
    this.recent.clear();
    this.recentOrder = [];
    this.received = this.dropped = 0;
    this.remember(lines);
    this.rows.push(lines);
    this.onChange({ appended: lines.length, prepended: 0, trimmed: 0, cleared: true });
  }

  /** Older lines of a later look; oldest first. */
  prepend(lines: LogLine[]): void {
    const prepended = this.rows.prepend(lines);
    this.onChange({ appended: 0, prepended, trimmed: 0, cleared: false });
  }

  /** Live lines and how many the server could not send before them. */
  append(lines: LogLine[], dropped: number): void {
    this.received += lines.length;
    const fresh: Row[] = [];
    if (dropped > 0) {
      this.dropped += dropped;
      fresh.push({ id: nextGapId--, gap: dropped });
    }
    const news = lines.filter((line) => !this.recent.has(lineKey(line)));
    this.remember(news);
    fresh.push(...news);
    if (fresh.length === 0) return;
    const trimmed = this.rows.push(fresh);
    this.onChange({ appended: fresh.length, prepended: 0, trimmed, cleared: false });
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

  private remember(lines: LogLine[]): void {
    for (const line of lines) {
      const key = lineKey(line);
      this.recent.add(key);
      this.recentOrder.push(key);
    }
    if (this.recentOrder.length > 2 * overlap) {
      for (const key of this.recentOrder.splice(0, this.recentOrder.length - overlap)) this.recent.delete(key);
    }
  }
}

/** Oldest first; the server's order among equal times. */
export function sortLines(lines: LogLine[]): LogLine[] {
  return lines.sort((a, b) => compareNs(a.ns, b.ns) || a.id - b.id);
}
