// Pages of a query's lines out of storage, put into the line store: the newest first, older ones as they are scrolled
// to, what a gap stands for, the first line of all, and the next line that somebody looks for.

import { queryLines, type Range } from '../api/client';
import type { QueryAnswer } from '../api/types';
import { compareNs, nextNs, nsOfMs, previousNs } from '../base/time';
import { lineKey, type LogLine } from '../model/log_line';
import { makeGap, makeHistoryGap, sortLines, type Gap, type LineStore, type Row } from './line_store';

const pageLines = 1_000;
/** The most that the server gives at once. */
const most = 5_000;

export class HistoryPages {
  /** No older lines are in the range. */
  atBeginning = false;
  private loading: Promise<void> | null = null;

  constructor(
    private readonly store: LineStore,
    private readonly query: string,
    /** As it is now: a live one moves. */
    private readonly range: () => Range,
    private readonly signal: AbortSignal,
  ) {}

  /** The newest page replaces what is held. */
  async newest(range: Range): Promise<QueryAnswer> {
    const answer = await this.ask(nsOfMs(range.fromMs), nextNs(nsOfMs(range.toMs + 1)), pageLines, 'backward');
    this.store.reset(oldestFirst(answer));
    this.atBeginning = answer.lines.length < pageLines;
    return answer;
  }

  /** A page of older lines. */
  older(): Promise<void> {
    return this.alone(async () => {
      const first = this.store.first();
      if (!first || this.atBeginning) return;
      // Lines of the first one's time may be on both sides of the page's edge.
      const held = new Set(this.store.firstOf(first.ns).map(lineKey));
      const wanted = Math.min(most, pageLines + held.size);
      const answer = await this.ask(this.from(), nextNs(first.ns), wanted, 'backward');
      this.atBeginning = answer.lines.length < wanted;
      this.store.prepend(oldestFirst(answer).filter((line) => !held.has(lineKey(line))));
    });
  }

  /** Everything from the first line of the range on, or its first page with a gap behind it. */
  first(): Promise<void> {
    return this.alone(async () => {
      if (this.atBeginning) return;
      await this.reachBack(this.from());
      this.atBeginning = true;
    });
  }

  /** Rows of a gap: as many as come at once, from its beginning on, or from a time within it. */
  gap(gap: Gap, fromNs = gap.fromNs): Promise<void> {
    return this.alone(async () => {
      if (gap === this.store.lettingGo) return this.newer(gap);
      const { lines, restNs } = await this.between(gap, fromNs, nextNs(gap.toNs), most);
      const rows: Row[] =
        compareNs(fromNs, gap.fromNs) > 0 ? [makeHistoryGap(gap.fromNs, previousNs(fromNs)), ...lines] : [...lines];
      if (restNs)
        rows.push(
          gap.history
            ? makeHistoryGap(restNs, gap.toNs)
            : makeGap(Math.max(0, gap.gap - lines.length), restNs, gap.toNs, gap.atMost),
        );
      this.store.fill(gap, rows);
    });
  }

  /** The nearest line that the filter keeps, outside of what is held or within a gap; null: there is none. */
  async find(filter: string, direction: 1 | -1, within: Gap | null): Promise<LogLine | null> {
    const [from, to] = this.beyond(direction, within);
    if (compareNs(from, to) >= 0) return null;
    const answer = await queryLines(
      `${this.query}${filter}`,
      from,
      to,
      1,
      direction > 0 ? 'forward' : 'backward',
      this.signal,
    );
    return answer.lines[0] ?? null;
  }

  /** Holds the line at that time too, where `find` saw it. */
  async reach(ns: string, direction: 1 | -1, within: Gap | null): Promise<void> {
    if (within) return this.gap(within, within === this.store.lettingGo ? within.fromNs : ns);
    if (direction < 0) await this.alone(() => this.reachBack(ns));
  }

  private beyond(direction: 1 | -1, within: Gap | null): [string, string] {
    const end = nsOfMs(this.range().toMs + 1);
    if (within) return [within.fromNs, within === this.store.lettingGo ? end : nextNs(within.toNs)];
    if (direction < 0) return [this.from(), this.store.first()?.ns ?? end];
    return [nextNs(this.store.last()?.ns ?? '0'), end];
  }

  private from(): string {
    return nsOfMs(this.range().fromMs);
  }

  private async reachBack(fromNs: string): Promise<void> {
    const first = this.store.first();
    if (!first) return;
    const held = new Set(this.store.firstOf(first.ns).map(lineKey));
    const answer = await this.ask(fromNs, nextNs(first.ns), most, 'forward');
    const lines = sortLines(answer.lines).filter((line) => !held.has(lineKey(line)));
    const last = lines.at(-1);
    const whole = answer.lines.length < most || !last;
    this.store.prepend(lines, whole ? null : makeHistoryGap(last.ns, first.ns));
  }

  /** After the newest had been let go: those behind what is held. */
  private async newer(gap: Gap): Promise<void> {
    const end = nsOfMs(this.range().toMs + 1);
    const { lines, restNs } = await this.between(gap, gap.fromNs, end, pageLines);
    this.store.appendNewer(lines, restNs ? makeHistoryGap(restNs, end) : null);
    this.atBeginning = false;
  }

  /** Lines of a gap that are not held around it, oldest first, and where the rest begins if there is more. */
  private async between(
    gap: Gap,
    fromNs: string,
    toNs: string,
    limit: number,
  ): Promise<{ lines: LogLine[]; restNs: string }> {
    const held = new Set(this.store.around(gap).map(lineKey));
    const wanted = Math.min(most, limit + held.size);
    const answer = await this.ask(fromNs, toNs, wanted, 'forward');
    const last = answer.lines.length < wanted ? undefined : sortLines(answer.lines).at(-1);
    const lines = sortLines(answer.lines).filter((line) => !held.has(lineKey(line)));
    // The rest may begin with lines of the last one's time; if there are more of them than come at once, behind it.
    return { lines, restNs: !last ? '' : last.ns === fromNs ? nextNs(last.ns) : last.ns };
  }

  private async ask(
    fromNs: string,
    toNs: string,
    limit: number,
    direction: 'forward' | 'backward',
  ): Promise<QueryAnswer> {
    const answer = await queryLines(this.query, fromNs, toNs, limit, direction, this.signal);
    this.signal.throwIfAborted();
    return answer;
  }

  /** One after the other: what is held must not change under a look. */
  private async alone(what: () => Promise<void>): Promise<void> {
    while (this.loading) await this.loading.catch(() => {});
    const running = what();
    this.loading = running;
    try {
      await running;
    } finally {
      if (this.loading === running) this.loading = null;
    }
  }
}

/** An answer that is newest first, of one time too. */
function oldestFirst(answer: QueryAnswer): LogLine[] {
  return sortLines(answer.lines.reverse());
}
