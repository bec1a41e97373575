// What Explore shows and how it gets it: a look at history, more of it on scrolling up, live lines at the end,
// facets and the histogram beside them.

import { labelNames, queryLines, queryMatrix, type Range } from '../api/client';
import type { SocketState } from '../api/live_socket';
import { LiveLines, type LiveFrame } from '../api/live_lines';
import { ApiError, type Series } from '../api/types';
import { compareNs, nextNs, nsOfMs, previousNs, roundStepSeconds } from '../base/time';
import { countBars, type CountBar } from '../model/level_counts';
import type { LogLine } from '../model/log_line';
import { isMetric, isPlainText, toLogQL } from '../model/query';
import { FacetState } from './facets.svelte';
import { LineStore, makeGap, sortLines, type Gap } from './line_store';
import { pulse } from './pulse.svelte';
import { rangeOf, readView, writeView, type View } from './url_state';

const pageLines = 1000;
const gapLines = 5000;
const histogramBars = 120;
const histogramEveryMs = 1_000;
const facetsEveryMs = 2_000;
/** A count that takes longer than this is asked for less often. */
const slowShare = 8;

export interface HistogramData {
  range: Range;
  stepMs: number;
  bars: CountBar[];
}

export class ExploreState {
  readonly store = new LineStore();
  readonly facets = new FacetState();
  view = $state<View>(readView(location.search));
  loading = $state(false);
  error = $state('');
  ranQuery = $state('');
  stats = $state<{ lines: number; bytes: number; seconds: number } | null>(null);
  warnings = $state<string[]>([]);
  histogram = $state.raw<HistogramData | null>(null);
  series = $state.raw<Series[]>([]);
  tailState = $state<SocketState | 'off'>('off');
  atBeginning = $state(false);
  counts = $state({ received: 0, matched: 0, held: 0, notShown: 0, trimmed: 0, delayMs: 0 });

  private abort = new AbortController();
  private live: LiveLines | null = null;
  private loadingOlder = false;
  private range: Range = { fromMs: 0, toMs: 0 };
  private refreshTimers: number[] = [];
  private pending: LogLine[] = [];
  private pendingGap: Gap | null = null;
  private frame = 0;
  private firstFrame = true;
  private matchedBefore = 0;
  private matchedNow = 0;

  /** Looks anew: called when query or range change, and by the Run button. */
  async run(): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.stopLive();
    this.saveView();
    this.loading = true;
    this.error = '';
    this.series = [];
    this.atBeginning = false;
    const query = toLogQL(this.view.query);
    this.ranQuery = isPlainText(this.view.query) ? query : '';
    this.range = rangeOf(this.view.range, pulse.now());
    try {
      if (isMetric(this.view.query)) {
        await this.runMetric(query, signal);
        return;
      }
      const endNs = nextNs(nsOfMs(this.range.toMs + 1));
      const answer = await queryLines(query, nsOfMs(this.range.fromMs), endNs, pageLines, 'backward', signal);
      // The server's newest first, equal times reversed too.
      this.store.reset(sortLines(answer.lines.reverse()));
      this.stats = answer.stats;
      this.warnings = answer.warnings;
      this.atBeginning = answer.lines.length < pageLines;
      this.updateCounts();
      if (this.view.live) this.startLive(query);
      this.loading = false;
      await Promise.all([
        this.loadHistogram(signal),
        this.facets.load(this.view.query, this.range, signal).then(() => this.facets.loadFields(this.view.query, this.range, signal)),
      ]);
    } catch (error) {
      if (!signal.aborted) this.error = messageOf(error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  setLive(live: boolean): void {
    this.view.live = live;
    if (live && !/^\d+[smhd]$/.test(this.view.range)) this.view.range = '15m';
    void this.run();
  }

  /** The range in whole as it is now. */
  rangeNow(): Range {
    return rangeOf(this.view.range, pulse.now());
  }

  /** Older lines, when the reader comes near the top. */
  async loadOlder(): Promise<void> {
    const first = this.store.first();
    if (this.loadingOlder || this.atBeginning || !first) return;
    this.loadingOlder = true;
    const signal = this.abort.signal;
    try {
      const query = toLogQL(this.view.query);
      const answer = await queryLines(query, nsOfMs(this.range.fromMs), first.ns, pageLines, 'backward', signal);
      if (signal.aborted) return;
      this.atBeginning = answer.lines.length < pageLines;
      this.store.prepend(sortLines(answer.lines.reverse()));
      this.updateCounts();
    } catch (error) {
      if (!signal.aborted) this.error = messageOf(error);
    } finally {
      this.loadingOlder = false;
    }
  }

  /** Reads the lines of a gap from storage. */
  async loadGap(gap: Gap): Promise<void> {
    const signal = this.abort.signal;
    try {
      const query = toLogQL(this.view.query);
      const answer = await queryLines(query, gap.fromNs, nextNs(gap.toNs), gapLines, 'forward', signal);
      if (signal.aborted) return;
      const lines = sortLines(answer.lines);
      const last = lines.at(-1);
      const whole = lines.length < gapLines || !last || compareNs(last.ns, gap.toNs) >= 0;
      const rest = whole ? null : makeGap(Math.max(0, gap.gap - lines.length), nextNs(last.ns), gap.toNs, gap.atMost);
      this.store.fill(gap, lines, rest);
      this.updateCounts();
    } catch (error) {
      if (!signal.aborted) this.error = messageOf(error);
    }
  }

  openField(name: string): void {
    void this.facets.openField(name, this.view.query, this.rangeNow(), this.abort.signal);
  }

  dispose(): void {
    this.abort.abort();
    this.stopLive();
  }

  private saveView(): void {
    const search = writeView(this.view);
    if (search !== location.search) history.replaceState(null, '', location.pathname + search);
  }

  private async runMetric(query: string, signal: AbortSignal): Promise<void> {
    this.store.reset([]);
    this.histogram = null;
    const step = roundStepSeconds(this.range.toMs - this.range.fromMs, 240);
    const answer = await queryMatrix(query, this.range, step, signal);
    this.series = answer.series;
    this.stats = answer.stats;
  }

  private startLive(query: string): void {
    const last = this.store.last();
    this.matchedBefore = this.matchedNow = 0;
    this.live = new LiveLines(query, last ? last.ns : nsOfMs(this.range.fromMs), {
      onResume: (fromNs) => {
        this.flush();
        this.store.expectAgain(fromNs);
        this.firstFrame = true;
        this.matchedBefore += this.matchedNow;
        this.matchedNow = 0;
      },
      onFrame: (frame) => this.takeFrame(frame),
      onState: (state) => (this.tailState = state),
      onRefused: (reason) => {
        this.error = reason;
        this.stopLive();
      },
    });
    const signal = this.abort.signal;
    this.refreshTimers = [
      this.repeat(histogramEveryMs, async () => {
        this.range = this.rangeNow();
        await this.loadHistogram(signal);
      }),
      this.repeat(facetsEveryMs, () => this.facets.load(this.view.query, this.rangeNow(), signal)),
    ];
  }

  /** Does something again and again, with longer pauses if it takes long; in a hidden page not at all. */
  private repeat(everyMs: number, what: () => Promise<void>): number {
    let next = 0;
    let busy = false;
    return window.setInterval(async () => {
      if (busy || document.hidden || performance.now() < next) return;
      busy = true;
      const began = performance.now();
      await what().catch(() => {});
      busy = false;
      next = performance.now() + (performance.now() - began) * slowShare;
    }, everyMs);
  }

  private takeFrame(frame: LiveFrame): void {
    this.matchedNow = frame.matched;
    // A connection begins with lines that are held already; if it does not, what is between was not sent.
    const last = this.pending.at(-1) ?? this.store.last();
    const first = frame.lines[0];
    if (this.firstFrame && first && last && compareNs(first.ns, last.ns) > 0) {
      this.store.append(this.pending, makeGap(0, nextNs(last.ns), previousNs(first.ns)));
      this.pending = [];
    }
    if (first) this.firstFrame = false;
    for (const line of frame.lines) this.pending.push(line);
    if (frame.leftOut) {
      const { entries, unread, firstNs, lastNs } = frame.leftOut;
      const before = this.pendingGap;
      this.pendingGap = makeGap((before?.gap ?? 0) + entries + unread, before?.fromNs ?? firstNs, lastNs, unread > 0 || before?.atMost);
    }
    // One paint a frame; a hidden page has none, and takes its lines all the same.
    if (!this.frame) {
      this.frame = document.hidden ? window.setTimeout(() => this.flush(), 250) : requestAnimationFrame(() => this.flush());
    }
  }

  private flush(): void {
    this.frame = 0;
    const lines = this.pending;
    const gap = this.pendingGap;
    this.pending = [];
    this.pendingGap = null;
    if (lines.length === 0 && !gap) return;
    this.store.append(lines, gap);
    this.live?.take(lines.length);
    const newest = lines.at(-1);
    if (newest) this.counts.delayMs = Math.max(0, Math.round(pulse.now() - newest.ms));
    if (newest) this.facets.nothingStored = false;
    this.updateCounts();
  }

  private updateCounts(): void {
    this.counts.received = this.store.received;
    this.counts.matched = this.matchedBefore + this.matchedNow;
    this.counts.held = this.store.lines;
    this.counts.notShown = this.store.notShown;
    this.counts.trimmed = this.store.rows.trimmed;
  }

  private stopLive(): void {
    this.live?.dispose();
    this.live = null;
    for (const timer of this.refreshTimers) clearInterval(timer);
    this.refreshTimers = [];
    this.pending = [];
    this.pendingGap = null;
    this.tailState = 'off';
  }

  private async loadHistogram(signal: AbortSignal): Promise<void> {
    const range = this.range;
    const step = roundStepSeconds(range.toMs - range.fromMs, histogramBars);
    // The stream's own label is counted without reading lines; without one the detected level has to do.
    const by = (await labelNames(range, signal)).includes('level') ? 'level' : 'detected_level';
    const query = `sum by (${by}) (count_over_time(${toLogQL(this.view.query)} [${step}s]))`;
    const answer = await queryMatrix(query, range, step, signal);
    this.histogram = { range, stepMs: step * 1000, bars: countBars(answer.series, step * 1000) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : String(error);
}
