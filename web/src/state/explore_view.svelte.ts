// What Explore is asked for: the view in the address bar, which is its one owner.

import type { Range } from '../api/client';
import { bare, isMetric, isPlainText, toLogQL } from '../model/query';
import { pulse } from './pulse.svelte';
import { route } from './route.svelte';
import { saveSettings, settings } from './settings.svelte';
import { rangeOf, readView, writeView, type View } from './url_state';

export class ExploreView {
  query = $state('');
  /** "15m", or "FROM-TO" in ms. */
  range = $state('');
  live = $state(false);
  /** The time of a line that is to be selected, in ns. */
  line = $state('');
  private ownColumns = $state<string[] | null>(null);
  /** Of the list: the link's, or this browser's. */
  readonly columns = $derived(this.ownColumns ?? settings.columns);
  /** The query gives numbers: there are no lines, and nothing is live. */
  readonly metric = $derived(isMetric(this.query));

  constructor() {
    this.take(location.search);
  }

  /** LogQL without comments and brackets around it. */
  logql(): string {
    return bare(toLogQL(this.query));
  }
  /** The query is words, which stand for LogQL. */
  get words(): boolean {
    return isPlainText(this.query);
  }

  /** The range in whole as it is now. */
  rangeNow(): Range {
    return rangeOf(this.range, pulse.now());
  }

  /** The view that an address has; false: it is this one. */
  show(search: string): boolean {
    if (search === this.search()) return false;
    this.take(search);
    return true;
  }
  /** The view as an address has it. */
  search(change: Partial<View> = {}): string {
    const { query, range, live, line, columns } = this;
    return writeView({ query, range, live, line, columns, ...change });
  }
  /** Into the address bar. step: the view before is a step back. */
  keep(step: boolean): void {
    route.stay(this.search(), step);
  }

  /** Only a range that moves along can be live. */
  setLive(live: boolean): void {
    this.live = live;
    if (live && !/^\d+[smhd]$/.test(this.range)) this.range = '15m';
  }

  toggleColumn(name: string): void {
    const columns = this.columns.includes(name) ? this.columns.filter((c) => c !== name) : [...this.columns, name];
    this.ownColumns = settings.columns = columns;
    saveSettings();
    this.keep(false);
  }

  private take(search: string): void {
    const view = readView(search);
    [this.query, this.range, this.live, this.line] = [view.query, view.range, view.live, view.line];
    this.ownColumns = view.columns;
  }
}
