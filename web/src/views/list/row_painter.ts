// Draws the rows in view into elements that are used again, and puts them where their heights say.

import { isGap, type LineStore, type Row } from '../../state/line_store';
import type { RowHeights } from './row_heights';
import { RowSlots, type Slot } from './row_slots';
import { fillRow, rowKey, type RowOptions, type RowState } from './row_view';

export interface PaintOptions extends RowOptions {
  rowHeight: number;
  /** The newest line on top. */
  newestFirst: boolean;
}

export class RowPainter {
  private readonly slots: RowSlots;
  /** Of all rows: grows when every one has to be filled anew. */
  private look = 0;

  /** spacer: as high as all rows, which lie in it. */
  constructor(
    private readonly host: HTMLElement,
    spacer: HTMLElement,
    private readonly store: LineStore,
    private readonly heights: RowHeights,
    private options: PaintOptions,
    private readonly stateOf: (row: Row) => RowState,
  ) {
    this.slots = new RowSlots(spacer);
  }

  get empty(): boolean {
    return this.slots.length === 0;
  }

  setOptions(options: PaintOptions): void {
    // The other end comes on top: elements turn around too, so that what is marked and read aloud is in order.
    if (options.newestFirst !== this.options.newestFirst) this.slots.clear();
    this.options = options;
    this.anew();
  }

  /** Every row is filled again with the next draw. */
  anew(): void {
    this.look++;
  }

  /** Fills the rows [first, last). */
  draw(first: number, last: number): void {
    const { geometry } = this.heights;
    this.slots.assign(geometry.first + first, last - first, this.options.newestFirst);
    for (const slot of this.slots) {
      const index = slot.seq - geometry.first;
      const row = this.store.rows.at(index);
      if (index < last && row) this.fill(slot, row, index);
    }
  }

  /** Takes the true heights of what is drawn; true if one was another. */
  measure(first: number, last: number): boolean {
    const { geometry } = this.heights;
    let changed = false;
    for (const slot of this.slots) {
      const index = slot.seq - geometry.first;
      if (slot.element.hidden || index < first || index >= last) continue;
      const height = slot.element.offsetHeight;
      if (height > 0 && Math.abs(height - geometry.height(index)) >= 1) {
        geometry.setHeight(index, height);
        changed = true;
      }
    }
    return changed;
  }

  /** Puts the rows to their pixels; shift: of the element to the pixels of all rows. */
  place(first: number, last: number, shift: number): void {
    const { geometry } = this.heights;
    let next = geometry.top(first) + shift;
    for (const slot of this.slots) {
      const index = slot.seq - geometry.first;
      if (index >= last) break;
      slot.element.style.transform = `translateY(${next}px)`;
      next += this.options.newestFirst ? -geometry.height(index + 1) : geometry.height(index);
    }
  }

  /** Says which row is selected to those who cannot see it; -1: none. */
  tellSelected(index: number): void {
    const slot = index < 0 ? undefined : this.slots.of(this.heights.geometry.first + index);
    if (slot) this.host.setAttribute('aria-activedescendant', slot.element.id);
    else this.host.removeAttribute('aria-activedescendant');
  }

  private fill(slot: Slot, row: Row, index: number): void {
    const { newestFirst } = this.options;
    const { length } = this.store;
    // The row above it, which shows the day.
    const before = this.store.rows.at(newestFirst ? index + 1 : index - 1);
    const state = this.stateOf(row);
    const key = `${this.look} ${rowKey(row, before, this.options, state)}`;
    slot.element.dataset.index = String(index);
    if (slot.key !== key) this.refill(slot, key, row, before, state);
    slot.element.classList.toggle('selected', state.selected);
    slot.element.setAttribute('aria-selected', String(state.selected));
    slot.element.setAttribute('aria-posinset', String(newestFirst ? length - index : index + 1));
    slot.element.setAttribute('aria-setsize', String(length));
  }

  private refill(slot: Slot, key: string, row: Row, before: Row | undefined, state: RowState): void {
    slot.key = key;
    fillRow(slot.element, row, before, this.options, state);
    const height = isGap(row) && row.cut ? this.heights.estimate(row) : this.options.rowHeight;
    slot.element.style.height = (this.options.wrap || state.pretty) && !isGap(row) ? '' : `${height}px`;
    slot.element.style.minHeight = `${this.options.rowHeight}px`;
  }
}
