// What Explore shows and how it gets it: a look at history, more of it on scrolling up, live lines at the end,
// facets and the histogram beside them.

import { labelNames, queryInstant, queryLines, queryMatrix, type Range } from '../api/client';
import { TailSocket, type TailState } from '../api/tail_socket';
import { ApiError, type Series } from '../api/types';
import { nextNs, nsOfMs, roundStepSeconds } from '../base/time';
import type { LogLine } from '../model/log_line';
import { isMetric, isPlainText, splitQuery, toLogQL } from '../model/query';
import { LineStore, sortLines } from './line_store';
import { rangeOf, readView, writeView, type View } from './url_state';

const pageLines = 1000;
const histogramBars = 120;
const liveRefreshMs = 5_000;
const facetFirst = ['service', 'level', 'host', 'container', 'stream', 'job'];

export interface Facet {
  name: string;
  values: { value: string; count: number }[];
}

export interface Histogram {
  range: Range;
  stepMs: number;
  series: Series[];
}

export class ExploreState {
  readonly store = new LineStore();
  view = $state<View>(readView(location.search));
  loading = $state(false);
  error = $state('');
  ranQuery = $state('');
  stats = $state<{ lines: number; bytes: number; seconds: number } | null>(null);
  warnings = $state<string[]>([]);
  facets = $state.raw<Facet[]>([]);
  histogram = $state.raw<Histogram | null>(null);
  series = $state.raw<Series[]>([]);
  tailState = $state<TailState | 'off'>('off');
  atBeginning = $state(false);
  counts = $state({ received: 0, held: 0, dropped: 0, trimmed: 0, delayMs: 0 });
  /** Nothing was ever stored: show how to begin. */
  firstRun = $state(false);

  private abort = new AbortController();
  private tail: TailSocket | null = null;
  private loadingOlder = false;
  private range: Range = { fromMs: 0, toMs: 0 };
  private refreshTimer = 0;
  private pending: LogLine[] = [];
  private pendingDropped = 0;
  private frame = 0;

  /** Looks anew: called when query or range change, and by the Run button. */
  async run(): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.stopTail();
    this.saveView();
    this.loading = true;
    this.error = '';
    this.series = [];
    this.atBeginning = false;
    const query = toLogQL(this.view.query);
    this.ranQuery = isPlainText(this.view.query) ? query : '';
    this.range = rangeOf(this.view.range, Date.now());
    try {
      if (isMetric(this.view.query)) {
        await this.runMetric(query, signal);
        return;
      }
      const endNs = nextNs(nsOfMs(this.range.toMs + 1));
      const answer = await queryLines(query, nsOfMs(this.range.fromMs), endNs, pageLines, 'backward', signal);
      // The server's newest first, equal times reversed too.
      const lines = sortLines(answer.lines.reverse());
      this.store.reset(lines);
      this.stats = answer.stats;
      this.warnings = answer.warnings;
      this.atBeginning = answer.lines.length < pageLines;
      this.updateCounts();
      if (this.view.live) this.startTail(query);
      await Promise.all([this.loadHistogram(signal), this.loadFacets(signal)]);
    } catch (error) {
      if (!signal.aborted) this.error = error instanceof ApiError ? error.message : String(error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  setLive(live: boolean): void {
    this.view.live = live;
    if (live && !/^\d+[smhd]$/.test(this.view.range)) this.view.range = '15m';
    void this.run();
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
      if (!signal.aborted) this.error = String(error instanceof ApiError ? error.message : error);
    } finally {
      this.loadingOlder = false;
    }
  }

  dispose(): void {
    this.abort.abort();
    this.stopTail();
  }

  private saveView(): void {
    const search = writeView(this.view);
    if (search !== location.search) history.replaceState(null, '', location.pathname + search);
  }

  private async runMetric(query: string, signal: AbortSignal): Promise<void> {
    this.store.reset([]);
    const step = roundStepSeconds(this.range.toMs - this.range.fromMs, 240);
    const answer = await queryMatrix(query, this.range, step, signal);
    this.series = answer.series;
    this.stats = answer.stats;
    this.histogram = null;
  }

  private startTail(query: string): void {
    const last = this.store.last();
    const since = last ? last.ns : nsOfMs(this.range.fromMs);
    this.tail = new TailSocket(query, since, {
      onFrame: (frame) => {
        this.pending.push(...frame.lines);
        this.pendingDropped += frame.dropped;
        // One paint a frame; a hidden page has none, and takes its lines all the same.
        if (!this.frame) {
          this.frame = document.hidden
            ? window.setTimeout(() => this.flush(), 250)
            : requestAnimationFrame(() => this.flush());
        }
      },
      onState: (state) => (this.tailState = state),
      onRefused: (reason) => {
        this.error = reason;
        this.stopTail();
      },
    });
    this.refreshTimer = window.setInterval(() => {
      this.range = rangeOf(this.view.range, Date.now());
      void this.loadHistogram(this.abort.signal).catch(() => {});
      void this.loadFacets(this.abort.signal).catch(() => {});
    }, liveRefreshMs);
  }

  private flush(): void {
    this.frame = 0;
    const lines = this.pending;
    const dropped = this.pendingDropped;
    this.pending = [];
    this.pendingDropped = 0;
    this.store.append(lines, dropped);
    const newest = lines.at(-1);
    if (newest) this.counts.delayMs = Math.max(0, Date.now() - newest.ms);
    if (newest) this.firstRun = false;
    this.updateCounts();
  }

  private updateCounts(): void {
    this.counts.received = this.store.received;
    this.counts.held = this.store.length;
    this.counts.dropped = this.store.dropped;
    this.counts.trimmed = this.store.rows.trimmed;
  }

  private stopTail(): void {
    this.tail?.dispose();
    this.tail = null;
    clearInterval(this.refreshTimer);
    this.tailState = 'off';
  }

  private async loadHistogram(signal: AbortSignal): Promise<void> {
    const range = this.range;
    const step = roundStepSeconds(range.toMs - range.fromMs, histogramBars);
    const query = `sum by (level) (count_over_time(${toLogQL(this.view.query)} [${step}s]))`;
    const answer = await queryMatrix(query, range, step, signal);
    this.histogram = { range, stepMs: step * 1000, series: answer.series };
  }

  private async loadFacets(signal: AbortSignal): Promise<void> {
    const range = this.range;
    const names = await labelNames(range, signal);
    this.firstRun = names.length === 0 && (await labelNames({ fromMs: 0, toMs: range.toMs }, signal)).length === 0;
    const ordered = [...facetFirst.filter((n) => names.includes(n)), ...names.filter((n) => !facetFirst.includes(n))];
    const span = Math.max(1, Math.ceil((range.toMs - range.fromMs) / 1000));
    const split = splitQuery(toLogQL(this.view.query));
    const facets = await Promise.all(
      ordered.slice(0, 10).map(async (name): Promise<Facet> => {
        // Counts of all values, whatever of this label the query already picked.
        const matchers = split?.matchers.filter((m) => m.name !== name) ?? [];
        const inside = [...matchers, { name, op: '=~' as const, value: '.+' }]
          .map((m) => `${m.name}${m.op}${JSON.stringify(m.value)}`)
          .join(', ');
        const query = `sum by (${name}) (count_over_time({${inside}}${split?.rest ?? ''} [${span}s]))`;
        const answer = await queryInstant(query, range.toMs, signal);
        const values = answer.series.map((s) => ({ value: s.labels[name] ?? '', count: s.samples[0]?.value ?? 0 }));
        return { name, values: values.sort((a, b) => b.count - a.count || a.value.localeCompare(b.value)) };
      }),
    );
    this.facets = facets.filter((f) => f.values.length > 0);
  }
}
