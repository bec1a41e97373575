// Business counters as the server counts them, while somebody looks.

import { counterCounts, type CounterCounts, type SharedCounter } from '../api/shared';
import { newId, shared } from './shared.svelte';
import { errorText } from './rights';

const everyMs = 2_000;

class Counters {
  counts = $state.raw(new Map<string, CounterCounts>());
  error = $state('');
  private watchers = 0;
  private timer = 0;
  private busy = false;

  /** For an effect: asks again and again until the returned function is called. */
  watch(): () => void {
    if (++this.watchers === 1) {
      void this.load();
      this.timer = window.setInterval(() => void this.load(), everyMs);
    }
    return () => {
      if (--this.watchers === 0) clearInterval(this.timer);
    };
  }

  async add(name: string, query: string): Promise<boolean> {
    const id = shared.state.counters.find((c) => c.name === name)?.id ?? newId();
    const taken = await shared.change({ put: [{ kind: 'counters', item: { id, name, query } }] });
    if (taken) void this.load();
    return taken;
  }
  remove(counter: SharedCounter): void {
    void shared.change({ remove: [{ kind: 'counters', id: counter.id }] });
  }

  private async load(): Promise<void> {
    if (this.busy || document.hidden || shared.state.counters.length === 0) return;
    this.busy = true;
    try {
      this.counts = new Map((await counterCounts()).map((c) => [c.id, c]));
      this.error = '';
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
    }
  }
}

export const counters = new Counters();
