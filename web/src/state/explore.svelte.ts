// Explore: asks for what its view says, and gives each answer to its owner: lines, facets, the histogram, or the
// numbers of a metric query.

import { queryMatrix, type Range } from '../api/client';
import type { QueryAnswer, Series } from '../api/types';
import { repeat } from '../base/repeat';
import { roundStepSeconds } from '../base/time';
import { selectorText, splitQuery } from '../model/query';
import { ExploreLines } from './explore_lines.svelte';
import { ExploreView } from './explore_view.svelte';
import { FacetState } from './facets.svelte';
import { HistogramState } from './histogram.svelte';
import { errorText } from './rights';

const histogramEveryMs = 1_000;
const facetsEveryMs = 2_000;

export class ExploreState {
  readonly view = new ExploreView();
  readonly lines = new ExploreLines({
    onError: (error) => (this.error = errorText(error)),
    onRefused: (reason) => {
      this.error = reason;
      this.stopLive();
    },
    onLines: () => (this.facets.nothingStored = false),
  });
  readonly facets = new FacetState();
  readonly histogram = new HistogramState();
  series = $state.raw<Series[]>([]);
  loading = $state(false);
  error = $state('');
  /** What words stood for. */
  ranQuery = $state('');
  stats = $state<{ lines: number; bytes: number; seconds: number } | null>(null);
  warnings = $state<string[]>([]);

  private abort = new AbortController();
  private range: Range = { fromMs: 0, toMs: 0 };
  private refreshing: (() => void)[] = [];

  /** Looks anew: called when query or range change, and by the Run button. step: the view before is a step back. */
  async run(step = false): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.stopLive();
    if (this.view.metric) this.view.live = false;
    this.view.keep(step);
    this.loading = true;
    this.error = '';
    this.series = [];
    this.warnings = [];
    const query = this.view.logql();
    this.ranQuery = this.view.words ? query : '';
    this.range = this.view.rangeNow();
    try {
      await (this.view.metric ? this.runMetric(query, signal) : this.runLines(query, signal));
    } catch (error) {
      if (!signal.aborted) this.error = errorText(error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  /** The view that an address has; false: it is the one that is shown. */
  show(search: string): boolean {
    if (!this.view.show(search)) return false;
    void this.run();
    return true;
  }

  setLive(live: boolean): void {
    if (this.view.metric) return;
    this.view.setLive(live);
    void this.run();
  }

  openField(name: string): void {
    void this.facets.openField(name, this.view.logql(), this.view.rangeNow(), this.abort.signal);
  }

  dispose(): void {
    this.abort.abort();
    this.stopLive();
  }

  private async runLines(query: string, signal: AbortSignal): Promise<void> {
    this.tell(await this.lines.load(query, () => this.range, signal));
    if (this.view.live) this.startLive(query, signal);
    await Promise.all([
      this.histogram.load(query, this.range, signal),
      this.facets.load(query, this.range, signal).then(() => this.facets.loadFields(query, this.range, signal)),
    ]);
  }

  private async runMetric(query: string, signal: AbortSignal): Promise<void> {
    this.lines.clear();
    this.histogram.clear();
    const step = roundStepSeconds(this.range.toMs - this.range.fromMs, 240);
    const answer = await queryMatrix(query, this.range, step, signal);
    this.series = answer.series;
    this.tell(answer);
    this.facets.fields = [];
    const split = splitQuery(query);
    if (split) await this.facets.load(selectorText(split.matchers), this.range, signal);
  }

  private tell(answer: QueryAnswer): void {
    this.stats = answer.stats;
    this.warnings = answer.warnings;
    this.loading = false;
  }

  private startLive(query: string, signal: AbortSignal): void {
    this.lines.follow(query, this.range.fromMs);
    this.refreshing = [
      repeat(histogramEveryMs, () => {
        this.range = this.view.rangeNow();
        return this.histogram.load(query, this.range, signal);
      }),
      repeat(facetsEveryMs, () => this.facets.load(query, this.view.rangeNow(), signal)),
    ];
  }

  private stopLive(): void {
    this.lines.unfollow();
    for (const stop of this.refreshing) stop();
    this.refreshing = [];
  }
}
