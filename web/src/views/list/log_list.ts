// The virtual list, drawn by hand: what is selected, where it is scrolled to, and when it draws. It keeps still to the
// pixel while its reader is away from the end. How high rows are is RowHeights', how they look RowPainter's.

import { isGap, type Change, type Gap, type LineStore } from '../../state/line_store';
import type { LogLine } from '../../model/log_line';
import type { Geometry } from './geometry';
import { RowHeights } from './row_heights';
import { RowPainter, type PaintOptions } from './row_painter';
import { addressAt } from './url_at';

export type ListOptions = PaintOptions;

export interface ListEvents {
  onFollow(following: boolean): void;
  onUnread(lines: number, errors: number): void;
  /** Rows came at the newest end. */
  onAppended(lines: number, errors: number): void;
  onSelect(line: LogLine | null, byKey: boolean): void;
  onNearTop(): void;
  onGap(gap: Gap): void;
  /** To the oldest line of all: the list shows it when it is there. */
  onStart(): void;
  /** To the newest line, where it was let go. */
  onEnd(): void;
  onView(firstIndex: number, lastIndex: number): void;
}

/** What came of a move: the selection moved, or it stands before a gap, or all that is held was looked at. */
export type Moved = 'moved' | 'end' | Gap;

const overscan = 6;
/** Following a fast stream, rows are exchanged as a whole: no more often than somebody could see. */
const fastRedrawMs = 60;

export class LogList {
  private readonly spacer = document.createElement('div');
  private readonly heights: RowHeights;
  private readonly geometry: Geometry;
  private readonly painter: RowPainter;
  private following = true;
  private selectedId = 0;
  private readonly marked = new Set<number>();
  private readonly pretty = new Set<number>();
  private unread = 0;
  private unreadErrors = 0;
  private scheduled = 0;
  private lastDraw = 0;
  private ownScroll = -1;
  /** Gaps that were in view and are being loaded. */
  private readonly asked = new Set<number>();

  constructor(
    private readonly host: HTMLElement,
    private readonly store: LineStore,
    private options: ListOptions,
    private readonly events: ListEvents,
  ) {
    this.heights = new RowHeights(host, store, options);
    this.geometry = this.heights.geometry;
    this.painter = new RowPainter(host, this.spacer, store, this.heights, options, (row) => ({
      selected: row.id === this.selectedId,
      marked: this.marked.has(row.id),
      pretty: this.pretty.has(row.id),
    }));
    this.spacer.className = 'spacer';
    this.spacer.setAttribute('role', 'presentation');
    host.append(this.spacer);
    host.classList.toggle('wrap', options.wrap);
    host.addEventListener('scroll', this.onScroll, { passive: true });
    host.addEventListener('click', this.onClick);
    document.addEventListener('selectionchange', this.onSelection);
    this.resizeObserver.observe(host);
    store.onChange = (change) => this.onChange(change);
    this.estimateAll();
    this.toEnd();
  }

  private readonly resizeObserver = new ResizeObserver(() => {
    if (this.options.wrap) this.estimateAll();
    if (this.following) this.scrollToEnd();
    this.schedule();
  });

  dispose(): void {
    this.store.onChange = () => {};
    this.resizeObserver.disconnect();
    this.host.removeEventListener('scroll', this.onScroll);
    this.host.removeEventListener('click', this.onClick);
    document.removeEventListener('selectionchange', this.onSelection);
    this.spacer.remove();
  }

  setOptions(options: ListOptions): void {
    const index = this.geometry.indexAt(this.offset());
    const turned = options.newestFirst !== this.options.newestFirst;
    const changed = turned || options.rowHeight !== this.options.rowHeight || options.wrap !== this.options.wrap;
    this.options = options;
    this.heights.setOptions(options);
    this.painter.setOptions(options);
    this.host.classList.toggle('wrap', options.wrap);
    this.schedule();
    if (!changed) return;
    this.estimateAll();
    if (this.following) this.scrollToEnd();
    else this.scrollToOffset(this.geometry.top(index));
  }

  /** To the newest line, and stays there. */
  toEnd(): void {
    if (this.store.lettingGo) return this.events.onEnd();
    this.setFollowing(true);
    this.scrollToEnd();
    this.schedule();
  }
  /** To the oldest line of all, which is fetched. */
  toStart(): void {
    this.showStart();
    this.events.onStart();
  }
  /** To the oldest line held. */
  showStart(): void {
    this.setFollowing(false);
    this.scrollToOffset(this.options.newestFirst ? this.geometry.total : 0);
  }
  /** To the upper or the lower end, whichever lines are there. */
  toEdge(upper: boolean): void {
    if (upper === this.options.newestFirst) this.toEnd();
    else this.toStart();
  }
  /** To the newest line that is wanted. */
  toNewest(wanted: (line: LogLine) => boolean): void {
    this.toEnd();
    this.moveIn(-1, wanted);
  }

  get selected(): LogLine | null {
    const row = this.store.rows.at(this.store.indexOf(this.selectedId));
    return row && !isGap(row) ? row : null;
  }

  /** Moves the selection down (1) or up to the next line that is wanted. */
  move(direction: 1 | -1, wanted: (line: LogLine) => boolean = () => true): boolean {
    return this.moveIn(this.byTime(direction), wanted) === 'moved';
  }
  /** 1 down, -1 up as 1 to newer, -1 to older lines. */
  byTime(direction: 1 | -1): 1 | -1 {
    return this.options.newestFirst ? (direction === 1 ? -1 : 1) : direction;
  }
  /** The same by time: 1 to newer lines. Gaps that are not in `passed` end the look. */
  moveIn(direction: 1 | -1, wanted: (line: LogLine) => boolean, passed?: ReadonlySet<number>): Moved {
    const now = this.store.indexOf(this.selectedId);
    const fromTop = direction > 0 !== this.options.newestFirst;
    const visible = this.geometry.indexAt(this.offset() + (fromTop ? 0 : this.host.clientHeight));
    let next = now >= 0 ? now + direction : this.following ? this.store.length - 1 : visible;
    for (; next >= 0 && next < this.store.length; next += direction) {
      const row = this.store.rows.at(next)!;
      if (isGap(row) && passed && !row.cut && !passed.has(row.id)) return row;
      if (isGap(row) || !wanted(row)) continue;
      this.select(row, true);
      this.reveal(next);
      return 'moved';
    }
    if (direction < 0) this.events.onNearTop();
    return 'end';
  }

  select(line: LogLine | null, byKey = false): void {
    this.selectedId = line?.id ?? 0;
    if (line) this.setFollowing(false);
    // The list has the focus, so that what is selected is read aloud.
    if (line && byKey && document.activeElement === document.body) this.host.focus({ preventScroll: true });
    this.events.onSelect(line, byKey);
    this.schedule();
  }

  /** Selects the first line of that time and shows it in the middle. */
  selectAt(ns: string): boolean {
    for (let i = 0; i < this.store.length; i++) {
      const row = this.store.rows.at(i)!;
      if (isGap(row) || row.ns !== ns) continue;
      this.select(row);
      this.scrollToOffset(this.geometry.top(i) - this.host.clientHeight / 2);
      return true;
    }
    return false;
  }

  toggleMark(): void {
    this.toggle(this.marked);
  }
  togglePretty(): void {
    this.toggle(this.pretty);
    const index = this.store.indexOf(this.selectedId);
    if (index >= 0 && !this.pretty.has(this.selectedId) && !this.options.wrap)
      this.geometry.setHeight(index, this.options.rowHeight);
    this.resize();
  }
  /** Ids of marked lines. */
  get marks(): ReadonlySet<number> {
    return this.marked;
  }

  /** Scrolls so that the row at the share (0 to 1) of all rows is in view. */
  scrollToShare(share: number): void {
    if ((this.options.newestFirst ? 1 - share : share) <= 0.005) return this.toStart();
    this.setFollowing(false);
    this.scrollToOffset(share * this.geometry.total - this.host.clientHeight / 2);
  }

  private toggle(set: Set<number>): void {
    if (!this.selectedId) return;
    if (!set.delete(this.selectedId)) set.add(this.selectedId);
    this.redrawAll();
  }

  private setFollowing(following: boolean): void {
    if (following) {
      this.unread = this.unreadErrors = 0;
      this.events.onUnread(0, 0);
    }
    if (following === this.following) return;
    this.following = following;
    this.events.onFollow(following);
  }

  private offset(): number {
    return this.geometry.offsetOf(this.host.scrollTop, this.host.clientHeight);
  }
  private scrollToOffset(offset: number): void {
    const scrollTop = this.geometry.scrollTopOf(Math.max(0, offset), this.host.clientHeight);
    this.ownScroll = Math.max(0, Math.min(scrollTop, this.host.scrollHeight - this.host.clientHeight));
    this.host.scrollTop = this.ownScroll;
    this.schedule();
  }
  private scrollToEnd(): void {
    this.ownScroll = this.options.newestFirst ? 0 : Math.max(0, this.host.scrollHeight - this.host.clientHeight);
    this.host.scrollTop = this.ownScroll;
  }
  private reveal(index: number): void {
    const top = this.geometry.top(index);
    const view = this.host.clientHeight;
    const height = this.geometry.height(index);
    if (top < this.offset()) this.scrollToOffset(top);
    else if (top + height > this.offset() + view) this.scrollToOffset(top + height - view);
  }

  private resize(): void {
    this.spacer.style.height = `${this.geometry.elementHeight}px`;
  }

  private estimateAll(): void {
    this.heights.estimateAll();
    this.redrawAll();
    this.resize();
  }

  private onChange(change: Change): void {
    if (change.cleared) {
      this.selectedId = 0;
      this.marked.clear();
      this.pretty.clear();
      this.estimateAll();
      this.events.onSelect(null, false);
      this.toEnd();
      return;
    }
    const offset = this.offset();
    const moved = this.heights.apply(change, offset);
    if (change.replaced) this.redrawAll();
    this.resize();
    if (this.following) this.scrollToEnd();
    else if (moved !== 0) {
      this.scrollToOffset(offset + moved);
      // In the same frame: rows that come after the view has moved would be seen to jump.
      this.draw();
    }
    if (change.appended > 0) this.events.onAppended(change.appended, change.errors);
    if (!this.following && change.appended > 0) {
      this.unread += change.appended;
      this.unreadErrors += change.errors;
      this.events.onUnread(this.unread, this.unreadErrors);
    }
    this.schedule();
  }

  private readonly onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.host;
    if (Math.abs(scrollTop - this.ownScroll) > 1) {
      const { newestFirst, rowHeight } = this.options;
      const above = scrollTop;
      const below = scrollHeight - clientHeight - scrollTop;
      const atNewest = (newestFirst ? above : below) <= 4;
      if (!atNewest) this.setFollowing(false);
      else if (!this.selectedId && !this.store.lettingGo) this.setFollowing(true);
      if ((newestFirst ? below : above) < 20 * rowHeight) this.events.onNearTop();
    }
    this.ownScroll = -1;
    this.schedule();
  };

  private readonly onClick = (event: MouseEvent): void => {
    if (getSelection()?.toString()) return;
    const element = (event.target as HTMLElement).closest<HTMLElement>('.row');
    const row = element && this.store.rows.at(Number(element.dataset.index));
    if (!row) return;
    const url = event.ctrlKey || event.metaKey ? addressAt(event.clientX, event.clientY) : null;
    if (url) window.open(url, '_blank', 'noopener,noreferrer');
    else if (!isGap(row)) this.select(row.id === this.selectedId ? null : row);
    else if (!row.cut) this.events.onGap(row);
  };

  /** Somebody marks text: it must stay under the mouse. */
  private readonly onSelection = (): void => {
    const selection = getSelection();
    if (selection && !selection.isCollapsed && this.host.contains(selection.anchorNode)) this.setFollowing(false);
  };

  private redrawAll(): void {
    this.painter.anew();
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      if (this.following && !this.painter.empty && performance.now() - this.lastDraw < fastRedrawMs) this.schedule();
      else this.draw();
    });
  }

  private draw(): void {
    this.lastDraw = performance.now();
    const view = this.host.clientHeight;
    const offset = this.offset();
    const [upper, lower] = [this.geometry.indexAt(offset), this.geometry.indexAt(offset + view)];
    const first = Math.max(0, Math.min(upper, lower) - overscan);
    const last = Math.min(this.store.length, Math.max(upper, lower) + 1 + overscan);
    this.painter.draw(first, last);
    this.askForHistory(first, last);
    this.painter.tellSelected(this.store.indexOf(this.selectedId));
    const changed = (this.options.wrap || this.pretty.size > 0) && this.measure(first, last);
    this.painter.place(first, last, this.host.scrollTop - this.offset());
    this.events.onView(Math.min(upper, lower), Math.min(this.store.length - 1, Math.max(upper, lower)));
    if (changed) this.schedule();
  }

  /** Lines of history that are between come by themselves, each gap once. */
  private askForHistory(first: number, last: number): void {
    for (let i = first; i < last; i++) {
      const row = this.store.rows.at(i);
      if (!row || !isGap(row) || !row.history || this.asked.has(row.id)) continue;
      this.asked.add(row.id);
      this.events.onGap(row);
    }
  }

  /** Takes the true heights of what is drawn, what is read stays where it is; true if something moved. */
  private measure(first: number, last: number): boolean {
    const anchor = this.geometry.indexAt(this.offset());
    const inside = this.offset() - this.geometry.top(anchor);
    if (!this.painter.measure(first, last)) return false;
    this.resize();
    if (this.following) this.scrollToEnd();
    else this.scrollToOffset(this.geometry.top(anchor) + inside);
    return true;
  }
}
