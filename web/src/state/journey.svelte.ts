// What the Journey page shows: the lines with a value, from storage and live. They are read and laid out in small
// portions, so that the page goes on moving however many come.

import { agents } from '../api/agents';
import { queryLines } from '../api/client';
import { LiveLines } from '../api/live_lines';
import type { SocketState } from '../api/live_socket';
import { nextNs, nsOfMs } from '../base/time';
import { FieldCounts, Journey, tell, type JourneyOptions, type Told } from '../model/journey';
import { followQuery, readFollowed } from '../model/journey_query';
import { lineKey, type LogLine } from '../model/log_line';
import { sortLines } from './line_store';
import { pulse } from './pulse.svelte';
import { rangeOf } from './url_state';
import { errorText } from './rights';

const maxLines = 100_000;
/** Beyond the most, so many are held before the oldest go. */
const slack = 10_000;
const pageLines = 5_000;
const aroundMs = 30 * 60_000;
/** Of a frame, for reading and laying out. */
const portionMs = 6;
const portionLines = 100;
/** Lines held that a new connection may send again. */
const overlapLines = 20_000;

export class JourneyState {
  value = $state('');
  field = $state('');
  range = $state('1h');
  journey = $state.raw(new Journey({ fold: true, onlyErrors: false }));
  /** Grows as the journey does. */
  version = $state(0);
  fields = $state.raw<{ name: string; count: number }[]>([]);
  /** There are more than the page takes. */
  cut = $state(false);
  loading = $state(false);
  error = $state('');
  searched = $state(false);
  live = $state<SocketState | 'off'>('off');
  /** ms that the clock of a host is ahead of the server's. */
  skews = $state.raw(new Map<string, number>());

  private options: JourneyOptions = { fold: true, onlyErrors: false };
  /** "a:b" was no field and its value, but the value itself. */
  private anywhere = false;
  private abort = new AbortController();
  private socket: LiveLines | null = null;
  private told: Told[] = [];
  /** Takes the place of the one that is shown when all lines are in it. */
  private next: Journey | null = null;
  private laid = 0;
  private arrived: LogLine[] = [];
  private counts = new FieldCounts('');
  private frame = 0;

  constructor(search: string) {
    const params = new URLSearchParams(search);
    this.value = params.get('value') ?? '';
    this.field = params.get('field') ?? '';
    const at = Number(params.get('at') ?? '');
    if (params.get('range')) this.range = params.get('range')!;
    // A line of a while ago: around it; else what is recent, so that it can go on growing.
    else if (at > 0 && at < pulse.now() - 3_600_000) this.range = `${at - aroundMs}-${at + aroundMs}`;
  }

  /** What is followed without the name of its field. */
  followed(): string {
    return this.anywhere ? this.value.trim() : readFollowed(this.value).value;
  }
  query(): string {
    return followQuery(this.anywhere ? { field: '', value: this.value.trim() } : readFollowed(this.value));
  }

  /** Lays the lines out in another way. */
  show(options: JourneyOptions): void {
    this.options = options;
    this.layAgain();
  }

  async run(): Promise<void> {
    this.dispose();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.live = 'off';
    this.error = '';
    this.cut = false;
    this.told = [];
    this.arrived = [];
    if (this.value.trim() === '') return this.layAgain();
    history.replaceState(
      null,
      '',
      `/journey?${new URLSearchParams({ value: this.value, ...(this.field ? { field: this.field } : {}), range: this.range })}`,
    );
    this.loading = true;
    void agents(signal)
      .then((answer) => (this.skews = new Map(answer.agents.map((a) => [a.host, a.skewMs]))))
      .catch(() => {});
    try {
      await this.load(signal);
    } catch (error) {
      if (!signal.aborted) this.error = errorText(error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  dispose(): void {
    this.abort.abort();
    this.socket?.dispose();
    this.socket = null;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  /** The newest page is shown at once; with all older ones it is laid out anew. */
  private async load(signal: AbortSignal): Promise<void> {
    const { fromMs, toMs } = rangeOf(this.range, pulse.now());
    const page = async (endNs: string) => {
      const answer = await queryLines(this.query(), nsOfMs(fromMs), endNs, pageLines, 'backward', signal);
      signal.throwIfAborted();
      return sortLines(answer.lines.reverse());
    };
    const endNs = nsOfMs(toMs + 1);
    this.anywhere = false;
    let lines = await page(endNs);
    if (lines.length === 0 && readFollowed(this.value).field) {
      this.anywhere = true;
      lines = await page(endNs);
    }
    this.counts = new FieldCounts(this.followed());
    this.searched = true;
    this.layAgain();
    this.take(lines);
    if (!this.range.includes('-')) this.follow(nsOfMs(toMs));
    const older: LogLine[][] = [];
    let held = lines.length;
    for (let more = lines.length === pageLines; more && held < maxLines;) {
      const first = lines[0]!.ns;
      const edge = new Set(lines.filter((line) => line.ns === first).map(lineKey));
      // A page of one time alone would not come to an end.
      const answer = await page(edge.size < pageLines ? nextNs(first) : first);
      lines = answer.filter((line) => !edge.has(lineKey(line)));
      more = answer.length === pageLines && lines.length > 0;
      older.unshift(lines);
      held += lines.length;
      if (more && held >= maxLines) this.cut = true;
    }
    if (older.length > 0) await this.takeOlder(older.flat(), signal);
  }

  private async takeOlder(lines: readonly LogLine[], signal: AbortSignal): Promise<void> {
    const told: Told[] = [];
    for (let at = 0; at < lines.length;) {
      at = this.portion((from) => {
        for (const line of lines.slice(from, from + portionLines)) told.push(tell(line, this.counts));
        return from + portionLines < lines.length ? from + portionLines : -1;
      }, at);
      await new Promise(requestAnimationFrame);
      signal.throwIfAborted();
      if (at < 0) break;
    }
    this.told = [...told, ...this.told];
    this.layAgain();
  }

  /** "Please try again now": the journey goes on growing. */
  private follow(sinceNs: string): void {
    let again: Set<string> | null = null;
    this.socket = new LiveLines(this.query(), sinceNs, {
      onResume: () =>
        (again = new Set([
          ...this.told.slice(-overlapLines).map(({ line }) => lineKey(line)),
          ...this.arrived.map(lineKey),
        ])),
      onState: (state) => (this.live = state),
      onRefused: (reason) => (this.error = reason),
      onFrame: (frame) => {
        const held = again;
        const fresh = held ? frame.lines.filter((line) => !held.has(lineKey(line))) : frame.lines;
        if (fresh.length > 0 && fresh.length === frame.lines.length) again = null;
        // Those that were held need no room: the server may go on.
        this.socket?.take(frame.lines.length - fresh.length);
        this.take(fresh);
      },
    });
  }

  private take(lines: readonly LogLine[]): void {
    for (const line of lines) this.arrived.push(line);
    this.schedule();
  }

  private layAgain(): void {
    this.next = new Journey(this.options);
    this.laid = 0;
    this.schedule();
  }

  private schedule(): void {
    this.frame ||= requestAnimationFrame(() => this.work());
  }

  /** What a frame has time for: first what is known is laid out, then what came is read. */
  private work(): void {
    this.frame = 0;
    const began = performance.now();
    const journey = this.next ?? this.journey;
    let read = 0;
    do {
      if (this.laid < this.told.length) {
        const some = this.told.slice(this.laid, this.laid + portionLines * 10);
        journey.add(some);
        this.laid += some.length;
      } else if (read < this.arrived.length) {
        const some = this.arrived.slice(read, read + portionLines).map((line) => tell(line, this.counts));
        read += some.length;
        for (const one of some) this.told.push(one);
      } else break;
    } while (performance.now() - began < portionMs);
    if (read > 0) {
      this.arrived.splice(0, read);
      this.fields = this.counts.list();
      this.socket?.take(read);
    }
    const done = this.laid === this.told.length;
    if (done && this.next) [this.journey, this.next] = [this.next, null];
    this.version++;
    if (done && this.told.length > maxLines + slack) {
      this.cut = true;
      this.told = this.told.slice(-maxLines);
      this.layAgain();
    }
    if (!done || this.arrived.length > 0) this.schedule();
  }

  /** Goes on from a place until the time of a frame is used up; where it is then. */
  private portion(step: (from: number) => number, from: number): number {
    const began = performance.now();
    let at = from;
    do at = step(at);
    while (at >= 0 && performance.now() - began < portionMs);
    return at;
  }
}
