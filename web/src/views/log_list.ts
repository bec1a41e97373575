// The virtual list, drawn by hand: rows of fixed height that are used again, text only. It keeps still to
// the pixel while its reader is away from the end.

import { clockTime, dateTime } from '../base/time';
import { ansiSpans, hasAnsi } from '../model/ansi';
import { levelLetter } from '../model/level';
import { oneLine, restOf, shownOf, type LogLine } from '../model/log_line';
import { isGap, type Change, type LineStore, type Row } from '../state/line_store';

export interface ListOptions {
  rowHeight: number;
  zone: 'local' | 'UTC' | 'Asia/Seoul';
  showHost: boolean;
  wanted: string[];
  gapText: (n: number) => string;
}

export interface ListEvents {
  onFollow(following: boolean): void;
  onUnread(lines: number, errors: number): void;
  onSelect(line: LogLine | null): void;
  onNearTop(): void;
}

const overscan = 8;
/** Browsers cap the height of an element: beyond this the list scrolls in steps of more than a pixel. */
const maxHeight = 8_000_000;

export class LogList {
  private readonly spacer = document.createElement('div');
  private readonly pool: HTMLElement[] = [];
  private following = true;
  private selectedId = 0;
  private unread = 0;
  private unreadErrors = 0;
  private scheduled = false;
  private ownScroll = -1;

  constructor(
    private readonly host: HTMLElement,
    private readonly store: LineStore,
    private options: ListOptions,
    private readonly events: ListEvents,
  ) {
    this.spacer.className = 'spacer';
    host.append(this.spacer);
    host.addEventListener('scroll', this.onScroll, { passive: true });
    host.addEventListener('click', this.onClick);
    this.resizeObserver.observe(host);
    store.onChange = (change) => this.onChange(change);
    this.resize();
    this.toEnd();
  }

  private readonly resizeObserver = new ResizeObserver(() => {
    if (this.following) this.scrollTo(this.host.scrollHeight);
    this.schedule();
  });

  dispose(): void {
    this.store.onChange = () => {};
    this.resizeObserver.disconnect();
    this.host.removeEventListener('scroll', this.onScroll);
    this.host.removeEventListener('click', this.onClick);
    this.spacer.remove();
  }

  setOptions(options: ListOptions): void {
    const first = this.host.scrollTop / this.options.rowHeight;
    const changedHeight = options.rowHeight !== this.options.rowHeight;
    this.options = options;
    this.resize();
    if (changedHeight) this.scrollTo(this.following ? this.host.scrollHeight : first * options.rowHeight);
    this.schedule();
  }

  toEnd(): void {
    this.setFollowing(true);
    this.scrollTo(this.host.scrollHeight);
    this.schedule();
  }

  /** Moves the selection; opens details of the line it lands on. */
  move(by: number): void {
    const now = this.indexOf(this.selectedId);
    let next = now < 0 ? this.store.length - 1 : now + by;
    while (next >= 0 && next < this.store.length && isGap(this.store.rows.at(next)!)) next += Math.sign(by);
    const row = this.store.rows.at(next);
    if (!row || isGap(row)) return;
    this.setFollowing(false);
    this.select(row);
    const top = next * this.options.rowHeight;
    const view = this.host.clientHeight;
    if (top < this.host.scrollTop) this.scrollTo(top);
    else if (top + this.options.rowHeight > this.host.scrollTop + view) this.scrollTo(top + this.options.rowHeight - view);
  }

  select(line: LogLine | null): void {
    this.selectedId = line?.id ?? 0;
    if (line) this.setFollowing(false);
    this.events.onSelect(line);
    this.schedule();
  }

  private indexOf(id: number): number {
    for (let i = this.store.length - 1; i >= 0; i--) if (this.store.rows.at(i)?.id === id) return i;
    return -1;
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

  private scrollTo(top: number): void {
    const end = Math.max(0, this.host.scrollHeight - this.host.clientHeight);
    this.ownScroll = Math.min(Math.max(0, top), end);
    this.host.scrollTop = this.ownScroll;
  }

  private resize(): void {
    this.spacer.style.height = `${Math.min(maxHeight, this.store.length * this.options.rowHeight)}px`;
  }

  private onChange(change: Change): void {
    const height = this.options.rowHeight;
    const before = this.host.scrollTop;
    this.resize();
    if (change.cleared) {
      this.selectedId = 0;
      this.events.onSelect(null);
      this.toEnd();
      return;
    }
    const moved = (change.prepended - change.trimmed) * height;
    if (this.following) this.scrollTo(this.host.scrollHeight);
    else if (moved !== 0) this.scrollTo(before + moved);
    if (!this.following && change.appended > 0) {
      this.unread += change.appended;
      for (let i = this.store.length - change.appended; i < this.store.length; i++) {
        const row = this.store.rows.at(i);
        if (row && !isGap(row) && ['error', 'critical', 'fatal'].includes(row.level)) this.unreadErrors++;
      }
      this.events.onUnread(this.unread, this.unreadErrors);
    }
    this.schedule();
  }

  private readonly onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.host;
    if (Math.abs(scrollTop - this.ownScroll) > 1) {
      const atEnd = scrollTop + clientHeight >= scrollHeight - 4;
      if (!atEnd) this.setFollowing(false);
      else if (!this.selectedId) this.setFollowing(true);
      if (scrollTop < 20 * this.options.rowHeight) this.events.onNearTop();
    }
    this.ownScroll = -1;
    this.schedule();
  };

  private readonly onClick = (event: MouseEvent): void => {
    if (getSelection()?.toString()) return;
    const element = (event.target as HTMLElement).closest<HTMLElement>('.row');
    const row = element && this.store.rows.at(Number(element.dataset.index));
    if (row && !isGap(row)) this.select(row.id === this.selectedId ? null : row);
  };

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  private draw(): void {
    const height = this.options.rowHeight;
    const view = this.host.clientHeight;
    const count = Math.min(this.store.length, Math.ceil(view / height) + 2 * overscan);
    // Where the element is shorter than its rows, places are stretched over it.
    const total = this.store.length * height;
    const shift = total > maxHeight ? (this.host.scrollTop / (maxHeight - view)) * (total - maxHeight) : 0;
    const top = this.host.scrollTop + shift;
    const first = Math.max(0, Math.min(this.store.length - count, Math.floor(top / height) - overscan));
    while (this.pool.length < count) {
      const element = document.createElement('div');
      element.className = 'row';
      this.pool.push(element);
      this.spacer.append(element);
    }
    for (let i = 0; i < this.pool.length; i++) {
      const element = this.pool[i]!;
      const row = i < count ? this.store.rows.at(first + i) : undefined;
      element.hidden = !row;
      if (!row) continue;
      element.dataset.index = String(first + i);
      element.style.transform = `translateY(${(first + i) * height - shift}px)`;
      element.style.height = `${height}px`;
      this.fill(element, row, this.store.rows.at(first + i - 1));
    }
  }

  private fill(element: HTMLElement, row: Row, before: Row | undefined): void {
    const key = `${row.id} ${row.id === this.selectedId} ${this.options.zone} ${this.options.showHost} ${this.options.wanted.join('\n')}`;
    if (element.dataset.key === key) return;
    element.dataset.key = key;
    element.replaceChildren();
    if (isGap(row)) {
      element.className = 'row gap';
      element.textContent = this.options.gapText(row.gap);
      return;
    }
    element.className = `row level-${row.level}${row.id === this.selectedId ? ' selected' : ''}`;
    const newDay = before && !isGap(before) && Math.floor(before.ms / 864e5) !== Math.floor(row.ms / 864e5);
    const add = (className: string, text: string): HTMLElement => {
      const cell = document.createElement('span');
      cell.className = className;
      cell.textContent = text;
      element.append(cell);
      return cell;
    };
    add('letter', levelLetter(row.level));
    const time = add('time', clockTime(row.ms, this.options.zone));
    time.title = dateTime(row.ms, this.options.zone);
    if (newDay) time.classList.add('new-day');
    add('service', row.labels.service ?? row.labels.service_name ?? row.labels.container ?? row.labels.app ?? '');
    if (this.options.showHost) add('host', row.labels.host ?? '');
    const shown = shownOf(row);
    const message = add('message', '');
    if (hasAnsi(shown.message)) this.addAnsi(message, shown.message.replace(/[\r\n]+/g, ' ⏎ '));
    else this.addMarked(message, oneLine(shown.message));
    const rest = restOf(shown);
    if (rest) {
      const dimmed = document.createElement('span');
      dimmed.className = 'rest';
      this.addMarked(dimmed, ` ${oneLine(rest)}`);
      message.append(dimmed);
    }
  }

  private addAnsi(to: HTMLElement, text: string): void {
    for (const span of ansiSpans(text)) {
      const element = document.createElement('span');
      element.className = span.classes;
      element.textContent = span.text;
      to.append(element);
    }
  }

  private addMarked(to: HTMLElement, text: string): void {
    let at = 0;
    for (;;) {
      let found = -1;
      let length = 0;
      for (const wanted of this.options.wanted) {
        const i = text.indexOf(wanted, at);
        if (i >= 0 && (found < 0 || i < found)) [found, length] = [i, wanted.length];
      }
      if (found < 0) break;
      to.append(text.slice(at, found));
      const mark = document.createElement('mark');
      mark.textContent = text.slice(found, found + length);
      to.append(mark);
      at = found + length;
    }
    to.append(text.slice(at));
  }
}
