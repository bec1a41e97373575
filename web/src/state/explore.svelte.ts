// What Explore shows: the view in the address bar, and beside it what was got for it: lines of history and live ones,
// facets, the histogram, or the numbers of a metric query.

import { queryMatrix, type Range } from '../api/client';
import type { SocketState } from '../api/live_socket';
import { ApiError, type Series } from '../api/types';
import { nsOfMs, roundStepSeconds } from '../base/time';
import { bare, isMetric, isPlainText, selectorText, splitQuery, toLogQL } from '../model/query';
import { soughtFilter, type Sought } from '../model/seek';
import type { LogLine } from '../model/log_line';
import { FacetState } from './facets.svelte';
import { HistogramState } from './histogram.svelte';
import { HistoryPages } from './history_pages';
import { LineStore, type Gap } from './line_store';
import { LiveSession } from './live_session';
import { pulse } from './pulse.svelte';
import { route } from './route.svelte';
import { saveSettings, settings } from './settings.svelte';
import { rangeOf, readView, writeView, type View } from './url_state';

const histogramEveryMs = 1_000;
const facetsEveryMs = 2_000;
/** A count that takes longer than this is asked for less often. */
const slowShare = 8;

export class ExploreState {
  readonly store = new LineStore();
  readonly facets = new FacetState();
  readonly histogram = new HistogramState();
  view = $state<View>(readView(location.search));
  loading = $state(false);
  error = $state('');
  ranQuery = $state('');
  stats = $state<{ lines: number; bytes: number; seconds: number } | null>(null);
  warnings = $state<string[]>([]);
  series = $state.raw<Series[]>([]);
  tailState = $state<SocketState | 'off'>('off');
  counts = $state({ received: 0, matched: 0, held: 0, notShown: 0, trimmed: 0, delayMs: 0 });
  /** Of the list: the link's, or this browser's. */
  readonly columns = $derived(this.view.columns ?? settings.columns);
  /** The query gives numbers: there are no lines, and nothing is live. */
  readonly metric = $derived(isMetric(this.view.query));

  private abort = new AbortController();
  private history: HistoryPages | null = null;
  private live: LiveSession | null = null;
  private range: Range = { fromMs: 0, toMs: 0 };
  private refreshTimers: number[] = [];

  /** Looks anew: called when query or range change, and by the Run button. step: the view before is a step back. */
  async run(step = false): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.stopLive();
    if (this.metric) this.view.live = false;
    route.stay(this.search(), step);
    this.loading = true;
    this.error = '';
    this.series = [];
    this.warnings = [];
    const query = this.query();
    this.ranQuery = isPlainText(this.view.query) ? query : '';
    this.range = this.rangeNow();
    try {
      await (this.metric ? this.runMetric(query, signal) : this.runLines(query, signal));
    } catch (error) {
      if (!signal.aborted) this.error = messageOf(error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  /** LogQL without comments and brackets around it. */
  query(): string {
    return bare(toLogQL(this.view.query));
  }

  /** The view that an address has; false: it is the one that is shown. */
  show(search: string): boolean {
    if (search === this.search()) return false;
    this.view = readView(search);
    void this.run();
    return true;
  }

  /** The view as an address has it. */
  search(change: Partial<View> = {}): string {
    return writeView({ ...this.view, columns: this.columns, ...change });
  }

  setLive(live: boolean): void {
    if (this.metric) return;
    this.view.live = live;
    if (live && !/^\d+[smhd]$/.test(this.view.range)) this.view.range = '15m';
    void this.run();
  }

  toggleColumn(name: string): void {
    const columns = this.columns.includes(name) ? this.columns.filter((c) => c !== name) : [...this.columns, name];
    this.view.columns = settings.columns = columns;
    saveSettings();
    route.stay(this.search(), false);
  }

  /** The range in whole as it is now. */
  rangeNow(): Range {
    return rangeOf(this.view.range, pulse.now());
  }

  /** Older lines, when the reader comes near the top. */
  loadOlder = (): Promise<void> => this.look((history) => history.older());
  /** To the first line of the range. */
  loadFirst = (): Promise<void> => this.look((history) => history.first());
  /** The lines of a gap, from storage. */
  loadGap = (gap: Gap): Promise<void> => this.look((history) => history.gap(gap));

  /** Whether the server has a line that is sought, which is then held. Outside of what is held, or within a gap. */
  async seek(sought: Sought, direction: 1 | -1, within: Gap | null): Promise<boolean> {
    let found: LogLine | null = null;
    await this.look(async (history) => {
      found = await history.find(soughtFilter(sought), direction, within);
      if (found) await history.reach(found.ns, direction, within);
    });
    return found !== null;
  }

  openField(name: string): void {
    void this.facets.openField(name, this.query(), this.rangeNow(), this.abort.signal);
  }

  dispose(): void {
    this.abort.abort();
    this.stopLive();
  }

  private async runLines(query: string, signal: AbortSignal): Promise<void> {
    const history = new HistoryPages(this.store, query, () => this.range, signal);
    this.history = history;
    const answer = await history.newest(this.range);
    this.stats = answer.stats;
    this.warnings = answer.warnings;
    this.updateCounts();
    if (this.view.live) this.startLive(query);
    this.loading = false;
    await Promise.all([
      this.histogram.load(query, this.range, signal),
      this.facets.load(query, this.range, signal).then(() => this.facets.loadFields(query, this.range, signal)),
    ]);
  }

  private async runMetric(query: string, signal: AbortSignal): Promise<void> {
    this.history = null;
    this.store.reset([]);
    this.updateCounts();
    this.histogram.clear();
    const step = roundStepSeconds(this.range.toMs - this.range.fromMs, 240);
    const answer = await queryMatrix(query, this.range, step, signal);
    this.series = answer.series;
    this.stats = answer.stats;
    this.warnings = answer.warnings;
    this.loading = false;
    this.facets.fields = [];
    const split = splitQuery(query);
    if (split) await this.facets.load(selectorText(split.matchers), this.range, signal);
  }

  /** Something that reads history; its error is the page's. */
  private async look(what: (history: HistoryPages) => Promise<void>): Promise<void> {
    const { history } = this;
    const signal = this.abort.signal;
    if (!history) return;
    try {
      await what(history);
      this.updateCounts();
    } catch (error) {
      if (!signal.aborted) this.error = messageOf(error);
    }
  }

  private startLive(query: string): void {
    const last = this.store.last();
    this.live = new LiveSession(this.store, query, last ? last.ns : nsOfMs(this.range.fromMs), {
      onState: (state) => (this.tailState = state),
      onRefused: (reason) => {
        this.error = reason;
        this.stopLive();
      },
      onLines: (newest) => {
        if (newest) this.counts.delayMs = Math.max(0, Math.round(pulse.now() - newest.ms));
        if (newest) this.facets.nothingStored = false;
        this.updateCounts();
      },
    });
    const signal = this.abort.signal;
    this.refreshTimers = [
      this.repeat(histogramEveryMs, async () => {
        this.range = this.rangeNow();
        await this.histogram.load(query, this.range, signal);
      }),
      this.repeat(facetsEveryMs, () => this.facets.load(query, this.rangeNow(), signal)),
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

  private updateCounts(): void {
    this.counts.received = this.store.received;
    this.counts.matched = this.live?.matched ?? 0;
    this.counts.held = this.store.lines;
    this.counts.notShown = this.store.notShown;
    this.counts.trimmed = this.store.rows.trimmed;
  }

  private stopLive(): void {
    this.live?.dispose();
    this.live = null;
    for (const timer of this.refreshTimers) clearInterval(timer);
    this.refreshTimers = [];
    this.tailState = 'off';
  }
}

function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : String(error);
}
