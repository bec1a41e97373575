// What the Journey page shows: the lines with a value, from storage and live.

import { agents } from '../api/agents';
import { queryLines } from '../api/client';
import { LiveLines } from '../api/live_lines';
import type { SocketState } from '../api/live_socket';
import { compareNs, nsOfMs } from '../base/time';
import type { LogLine } from '../model/log_line';
import { followQuery, readFollowed } from '../model/journey_query';
import { sortLines } from './line_store';
import { pulse } from './pulse.svelte';
import { rangeOf } from './url_state';

const maxLines = 2_000;
const aroundMs = 30 * 60_000;

export class JourneyState {
  value = $state('');
  field = $state('');
  range = $state('1h');
  lines = $state.raw<LogLine[]>([]);
  /** There are more than the page takes. */
  cut = $state(false);
  loading = $state(false);
  error = $state('');
  searched = $state(false);
  live = $state<SocketState | 'off'>('off');
  /** ms that the clock of a host is ahead of the server's. */
  skews = $state.raw(new Map<string, number>());

  /** "a:b" was no field and its value, but the value itself. */
  private anywhere = false;
  private abort = new AbortController();
  private socket: LiveLines | null = null;

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

  async run(): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.socket?.dispose();
    this.socket = null;
    this.live = 'off';
    this.error = '';
    if (this.value.trim() === '') {
      this.lines = [];
      return;
    }
    history.replaceState(null, '', `/journey?${new URLSearchParams({ value: this.value, ...(this.field ? { field: this.field } : {}), range: this.range })}`);
    this.loading = true;
    void agents(signal)
      .then((answer) => (this.skews = new Map(answer.agents.map((a) => [a.host, a.skewMs]))))
      .catch(() => {});
    try {
      const { fromMs, toMs } = rangeOf(this.range, pulse.now());
      const look = () => queryLines(this.query(), nsOfMs(fromMs), nsOfMs(toMs + 1), maxLines, 'backward', signal);
      this.anywhere = false;
      let answer = await look();
      if (answer.lines.length === 0 && readFollowed(this.value).field) {
        this.anywhere = true;
        answer = await look();
      }
      this.lines = sortLines(answer.lines.reverse());
      this.cut = answer.lines.length >= maxLines;
      this.searched = true;
      if (!this.range.includes('-')) this.follow(nsOfMs(toMs));
    } catch (error) {
      if (!signal.aborted) this.error = String(error instanceof Error ? error.message : error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  /** "Please try again now": the journey goes on growing. */
  private follow(sinceNs: string): void {
    this.socket = new LiveLines(this.query(), sinceNs, {
      onResume: () => {},
      onState: (state) => (this.live = state),
      onRefused: (reason) => (this.error = reason),
      onFrame: (frame) => {
        this.socket?.take(frame.lines.length);
        const near = this.lines.slice(-500);
        const fresh = frame.lines.filter((l) => !near.some((n) => n.ns === l.ns && n.text === l.text));
        if (fresh.length === 0) return;
        const all = [...this.lines, ...fresh];
        const last = this.lines.at(-1);
        if (last && compareNs(fresh[0]!.ns, last.ns) < 0) sortLines(all);
        this.cut ||= all.length > maxLines;
        this.lines = all.slice(-maxLines);
      },
    });
  }

  dispose(): void {
    this.abort.abort();
    this.socket?.dispose();
  }
}
