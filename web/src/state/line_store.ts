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
  /** Not loaded yet: comes by itself when it is scrolled to. */
  history?: boolean;
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
  /** Taken from the end. */
  popped: number;
  /** The row at this index became so many others. */
  replaced?: { index: number; by: number };
  cleared: boolean;
}

const none: Change = { appended: 0, errors: 0, prepended: 0, trimmed: 0, popped: 0, cleared: false };

let nextGapId = -1;
export function makeGap(gap: number, fromNs: string, toNs: string, atMost = false): Gap {
  return { id: nextGapId--, gap, fromNs, toNs, ...(atMost && { atMost }) };
}
export function makeHistoryGap(fromNs: string, toNs: string): Gap {
  return { ...makeGap(0, fromNs, toNs), history: true };
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
  /** At the end, where the newest lines were let go to make room for older ones: live ones are counted there, not held. */
  lettingGo: Gap | null = null;
  private chars = 0;
  /** Lines held of the stretch that a new connection sends again. */
  private overlap: Set<string> | null = null;
  /** Row ids by place: index = place - firstPlace. */
  private readonly places = new Map<number, number>();
  private firstPlace = 0;

  constructor(
    cap = maxLines,
    private readonly charCap = maxChars,
  ) {
    this.rows = new RingBuffer<Row>(cap);
  }

  get length(): number {
    return this.rows.length;
  }

  /** -1: no row has the id. */
  indexOf(id: number): number {
    const place = this.places.get(id);
    return place === undefined ? -1 : place - this.firstPlace;
  }

  /** Replaces everything; oldest first. */
  reset(lines: LogLine[]): void {
    this.rows.clear();
    this.places.clear();
    this.firstPlace = 0;
    this.received = this.notShown = this.chars = this.lines = 0;
    this.overlap = null;
    this.lettingGo = null;
    this.push(lines);
    this.onChange({ ...none, appended: lines.length, cleared: true });
  }

  /** Older lines of a later look, oldest first, and the gap between them and what is held. The newest make room for them. */
  prepend(lines: LogLine[], gap: Gap | null = null): void {
    const rows: Row[] = gap ? [...lines, gap] : lines;
    const chars = lines.reduce((sum, line) => sum + line.text.length, 0);
    this.letGo(rows.length, chars);
    const prepended = this.rows.prepend(rows);
    for (let i = prepended - 1; i >= 0; i--) this.places.set(this.rows.at(i)!.id, --this.firstPlace);
    this.count(rows.slice(rows.length - prepended), 1);
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
    if (this.lettingGo) return this.countBeyond(lines, gap);
    let fresh: Row[] = lines;
    if (this.overlap) {
      fresh = lines.filter((line) => !this.overlap!.has(lineKey(line)));
      if (fresh.length > 0 && fresh.length === lines.length) this.overlap = null;
    }
    if (gap) {
      this.notShown += gap.gap;
      fresh = [...fresh, gap];
    }
    if (fresh.length > 0) this.add(fresh);
  }

  /** Newer lines of history, where the newest had been let go; `rest`: there are more behind them. */
  appendNewer(lines: LogLine[], rest: Gap | null): void {
    this.dropLettingGo();
    this.lettingGo = rest;
    this.add(rest ? [...lines, rest] : lines);
  }

  /** The reader begins anew: what is held stays above the cut. */
  cut(): void {
    const ns = this.last()?.ns ?? '0';
    this.append([], { ...makeGap(0, ns, ns), cut: true });
  }

  /** Rows for a gap, read from storage: lines, and gaps for what did not fit. */
  fill(gap: Gap, rows: Row[]): void {
    const over = Math.max(0, this.length - 1 + rows.length - this.rows.cap);
    // Room is made at the end that is farther away.
    if (over > 0 && this.indexOf(gap.id) >= this.length / 2)
      this.onChange({ ...none, trimmed: this.forget(this.rows.shift(over)) });
    else if (over > 0) this.letGo(rows.length, 0);
    const index = this.indexOf(gap.id);
    if (index < 0) return;
    const left = rows.reduce((sum, row) => sum + (isGap(row) ? row.gap : 0), 0);
    this.notShown += left - gap.gap;
    this.count(rows, 1);
    this.places.delete(gap.id);
    this.rows.replace(index, rows);
    for (let i = index; i < this.length; i++) this.places.set(this.rows.at(i)!.id, this.firstPlace + i);
    this.onChange({ ...none, replaced: { index, by: rows.length } });
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

  /** Lines of that time at the upper end. */
  firstOf(ns: string): LogLine[] {
    const out: LogLine[] = [];
    for (let i = 0; i < this.length; i++) {
      const row = this.rows.at(i)!;
      if (isGap(row)) continue;
      if (row.ns !== ns) break;
      out.push(row);
    }
    return out;
  }

  /** Lines directly around a gap that are of its time: storage gives them again. */
  around(gap: Gap): LogLine[] {
    const index = this.indexOf(gap.id);
    const out: LogLine[] = [];
    for (const step of [-1, 1]) {
      for (let i = index + step; ; i += step) {
        const row = this.rows.at(i);
        if (!row || isGap(row) || (step < 0 ? compareNs(row.ns, gap.fromNs) < 0 : compareNs(row.ns, gap.toNs) > 0))
          break;
        out.push(row);
      }
    }
    return out;
  }

  private add(rows: Row[]): void {
    let errors = 0;
    for (const row of rows) if (!isGap(row) && isError(row.level)) errors++;
    let trimmed = this.push(rows);
    while (this.chars > this.charCap && this.length > 1)
      trimmed += this.forget(this.rows.shift(Math.min(100, this.length - 1)));
    this.onChange({ ...none, appended: rows.length, errors, trimmed });
  }

  /** How many went from the front. */
  private push(rows: readonly Row[]): number {
    const end = this.firstPlace + this.length;
    rows.forEach((row, i) => this.places.set(row.id, end + i));
    this.count(rows, 1);
    return this.forget(this.rows.push(rows));
  }

  private forget(taken: readonly Row[]): number {
    this.firstPlace += taken.length;
    this.drop(taken);
    return taken.length;
  }

  private drop(taken: readonly Row[]): void {
    for (const row of taken) this.places.delete(row.id);
    this.count(taken, -1);
  }

  /** Makes room at the end for older rows; what goes stands there as a gap that storage has. */
  private letGo(rows: number, chars: number): void {
    let over = this.length + rows + 1 - this.rows.cap;
    if (over <= 0 && this.chars + chars <= this.charCap) return;
    this.dropLettingGo();
    let popped = 0;
    for (; this.length > 1 && (over > 0 || this.chars + chars > this.charCap); over--, popped++)
      this.drop(this.rows.pop(1));
    const from = this.last()?.ns ?? '0';
    this.lettingGo = makeHistoryGap(from, from);
    this.push([this.lettingGo]);
    this.onChange({ ...none, popped });
    this.onChange({ ...none, appended: 1 });
  }

  private dropLettingGo(): void {
    if (!this.lettingGo) return;
    this.lettingGo = null;
    this.drop(this.rows.pop(1));
    this.onChange({ ...none, popped: 1 });
  }

  private countBeyond(lines: readonly LogLine[], gap: Gap | null): void {
    const n = lines.length + (gap?.gap ?? 0);
    this.notShown += n;
    this.lettingGo!.gap += n;
    this.onChange(none);
  }

  private count(rows: readonly Row[], sign: number): void {
    for (const row of rows) {
      if (isGap(row)) continue;
      this.chars += sign * row.text.length;
      this.lines += sign;
    }
  }
}

/** Oldest first; lines of one time stay in the order in which they are given. */
export function sortLines(lines: LogLine[]): LogLine[] {
  return lines.sort((a, b) => compareNs(a.ns, b.ns));
}
