// What a row of the list looks like. Text only: a line can hold anything.

import { clockTime, dateTime, type Zone } from '../../base/time';
import { visibleControls, visibleName } from '../../base/visible';
import { ansiSpans, hasAnsi } from '../../model/ansi';
import { levelLetter } from '../../model/level';
import { columnValue, oneLine, prettyOf, restOf, shownOf, type LogLine } from '../../model/log_line';
import { isGap, type Gap, type Row } from '../../state/line_store';

export interface RowOptions {
  zone: Zone;
  showHost: boolean;
  /** Labels or fields with a column of their own. */
  columns: readonly string[];
  wanted: readonly string[];
  wrap: boolean;
  raw: boolean;
  gapText: (gap: Gap) => string;
  /** Of a cut, for those who do not see it. */
  cutText: string;
}

export interface RowState {
  selected: boolean;
  marked: boolean;
  pretty: boolean;
}

/** Of a line in the list: beyond this, only the details have it. */
export const maxListChars = 4_000;

export function serviceOf(line: LogLine): string {
  return line.labels.service ?? line.labels.service_name ?? line.labels.container ?? line.labels.app ?? '';
}

/** Everything that a row's content depends on; whether it is selected changes no content, so that text marked in it stays. */
export function rowKey(row: Row, before: Row | undefined, options: RowOptions, state: RowState): string {
  const day = before && !isGap(row) && !isGap(before) && newDay(before, row, options.zone);
  return `${row.id}${state.marked ? 'm' : ''}${state.pretty ? 'p' : ''}${day ? 'd' : ''}`;
}

function newDay(before: LogLine, row: LogLine, zone: Zone): boolean {
  if (row.ms - before.ms < 864e5 && Math.floor(row.ms / 36e5) === Math.floor(before.ms / 36e5)) return false;
  return dateTime(before.ms, zone).slice(0, 10) !== dateTime(row.ms, zone).slice(0, 10);
}

export function fillRow(
  element: HTMLElement,
  row: Row,
  before: Row | undefined,
  options: RowOptions,
  state: RowState,
): void {
  element.replaceChildren();
  element.removeAttribute('aria-label');
  if (isGap(row) && row.cut) {
    element.className = 'row cut';
    element.setAttribute('aria-label', options.cutText);
    return;
  }
  if (isGap(row)) {
    element.className = 'row gap';
    const text = document.createElement('span');
    text.className = 'gap-load';
    text.textContent = options.gapText(row);
    element.append(text);
    return;
  }
  element.className = `row level-${row.level}${state.marked ? ' marked' : ''}`;
  const add = (className: string, text: string): HTMLElement => {
    const cell = document.createElement('span');
    cell.className = className;
    cell.textContent = text;
    element.append(cell);
    return cell;
  };
  add('letter', state.marked ? '★' : levelLetter(row.level));
  const time = add('time', clockTime(row.ms, options.zone));
  time.title = dateTime(row.ms, options.zone);
  if (before && !isGap(before) && newDay(before, row, options.zone)) {
    time.classList.add('new-day');
    time.textContent = dateTime(row.ms, options.zone).slice(5, 19);
  }
  add('service', visibleName(serviceOf(row))).title = visibleName(serviceOf(row));
  if (options.showHost) add('host', visibleName(row.labels.host ?? ''));
  for (const name of options.columns) {
    const cell = add('column', '');
    addMarked(cell, oneLine(columnValue(row, name)), options.wanted);
    cell.title = name;
  }
  const message = add('message', '');
  if (state.pretty) addPretty(message, row, options);
  else if (options.raw) addText(message, row.text, options);
  else {
    const shown = shownOf(row);
    addText(message, shown.message, options);
    const rest = restOf(shown, options.columns);
    if (rest) {
      const dimmed = document.createElement('span');
      dimmed.className = 'rest';
      addMarked(dimmed, `${shown.message ? ' ' : ''}${oneLine(rest).slice(0, maxListChars)}`, options.wanted);
      message.append(dimmed);
    }
  }
}

function addText(to: HTMLElement, text: string, options: RowOptions): void {
  const cut = text.length > maxListChars;
  const shown = cut ? text.slice(0, maxListChars) : text;
  // Wrapped, the lines of a stack stand below each other.
  const lines = options.wrap ? shown : shown.replace(/[\r\n]+/g, ' ⏎ ');
  if (hasAnsi(lines)) {
    for (const span of ansiSpans(lines)) {
      const element = document.createElement('span');
      element.className = span.classes;
      if (span.colour) element.style.color = span.colour;
      addMarked(element, visibleControls(span.text), options.wanted);
      to.append(element);
    }
  } else addMarked(to, visibleControls(lines), options.wanted);
  if (cut) {
    const more = document.createElement('span');
    more.className = 'rest';
    more.textContent = ` … +${text.length - maxListChars}`;
    to.append(more);
  }
}

function addPretty(to: HTMLElement, line: LogLine, options: RowOptions): void {
  const block = document.createElement('span');
  block.className = 'pretty';
  addMarked(block, prettyOf(line).slice(0, 20_000), options.wanted);
  to.append(block);
}

/** Appends the text with the places that the query looked for marked. */
export function addMarked(to: HTMLElement, text: string, wanted: readonly string[]): void {
  let at = 0;
  for (;;) {
    let found = -1;
    let length = 0;
    for (const one of wanted) {
      const i = text.indexOf(one, at);
      if (i >= 0 && (found < 0 || i < found)) [found, length] = [i, one.length];
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
