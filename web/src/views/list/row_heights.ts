// How high the rows are: estimated until they are drawn and measured. Says how far a change of the rows moves what is read.

import { isGap, type Change, type LineStore, type Row } from '../../state/line_store';
import { Geometry } from './geometry';
import { maxListChars } from './row_view';

export interface HeightOptions {
  rowHeight: number;
  wrap: boolean;
  newestFirst: boolean;
}

const letterColumns = 50;
const columnPixels = 7.3;

export class RowHeights {
  readonly geometry: Geometry;

  constructor(
    private readonly host: HTMLElement,
    private readonly store: LineStore,
    private options: HeightOptions,
  ) {
    this.geometry = new Geometry(store.rows.cap, options.newestFirst);
  }

  setOptions(options: HeightOptions): void {
    this.options = options;
    this.geometry.mirrored = options.newestFirst;
  }

  /** A row's height until it is drawn and measured. */
  estimate(row: Row): number {
    const { rowHeight, wrap } = this.options;
    // A cut moves all that is above it out of view.
    if (isGap(row) && row.cut) return Math.max(rowHeight, this.host.clientHeight);
    if (!wrap || isGap(row)) return rowHeight;
    const columns = Math.max(20, this.host.clientWidth / columnPixels - letterColumns);
    return rowHeight * Math.max(1, Math.ceil(Math.min(row.text.length, maxListChars) / columns));
  }

  estimateAll(): void {
    this.geometry.reset(this.estimates(0, this.store.length));
  }

  /** How many pixels what is read at the offset has moved: more or fewer of them lie above it. */
  apply(change: Change, offset: number): number {
    const { geometry } = this;
    // What lies above the view moves it: older lines, or newer ones if these are on top.
    const { newestFirst } = this.options;
    let moved = 0;
    const grownBy = (what: () => void): number => {
      const before = geometry.total;
      what();
      return geometry.total - before;
    };
    if (change.popped > 0) {
      const grown = grownBy(() => geometry.pop(change.popped));
      if (newestFirst) moved += grown;
    }
    if (change.prepended > 0) {
      const grown = grownBy(() => geometry.prepend(this.estimates(0, change.prepended)));
      if (!newestFirst) moved += grown;
    }
    if (change.appended > 0) {
      const { length } = this.store;
      const grown = grownBy(() => geometry.append(this.estimates(length - change.appended, length)));
      if (newestFirst) moved += grown;
    }
    if (change.trimmed > 0) {
      const grown = grownBy(() => geometry.trim(change.trimmed));
      if (!newestFirst) moved += grown;
    }
    if (change.replaced) {
      // One row became several: what is read below it stays where it is.
      const above = geometry.top(change.replaced.index) < offset;
      const grown = grownBy(() => this.estimateAll());
      if (above && change.replaced.by > 1) moved += grown;
    }
    return moved;
  }

  private estimates(from: number, to: number): number[] {
    const out: number[] = [];
    for (let i = from; i < to; i++) out.push(this.estimate(this.store.rows.at(i)!));
    return out;
  }
}
