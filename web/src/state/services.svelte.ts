// What the Services page shows of each service: counts of the day, bytes, how well its lines can be used.

import { queryLines, volumes } from '../api/client';
import { nsOfMs } from '../base/time';
import { lint, type LintResult } from '../model/lint';
import { quote } from '../model/query';
import { pulse } from './pulse.svelte';
import { errorText } from './rights';

export interface ServiceFacts {
  name: string;
  /** Bytes of lines of the last day. */
  bytes: number;
  lint: LintResult | null;
  failed: string;
}

const day = 864e5;
const lintLines = 1_000;

export class ServicesState {
  facts = $state.raw(new Map<string, ServiceFacts>());
  error = $state('');
  private abort = new AbortController();

  async load(): Promise<void> {
    const signal = this.abort.signal;
    const range = { fromMs: pulse.now() - day, toMs: pulse.now() };
    try {
      const bytes = await volumes('service_name', range, signal);
      for (const service of pulse.services) {
        this.change(service.name, { bytes: bytes.get(service.name) ?? 0 });
      }
      this.error = '';
      // One after the other: the page waits, the server does not.
      for (const service of pulse.services) {
        if (signal.aborted || this.facts.get(service.name)?.lint) continue;
        try {
          const answer = await queryLines(
            `{${pulse.labelOf(service.name)}=${quote(service.name)}}`,
            nsOfMs(range.fromMs),
            nsOfMs(range.toMs),
            lintLines,
            'backward',
            signal,
          );
          this.change(service.name, { lint: lint(answer.lines) });
        } catch (error) {
          if (!signal.aborted) this.change(service.name, { failed: errorText(error) });
        }
      }
    } catch (error) {
      if (!signal.aborted) this.error = errorText(error);
    }
  }

  dispose(): void {
    this.abort.abort();
  }

  private change(name: string, part: Partial<ServiceFacts>): void {
    const held = this.facts.get(name) ?? { name, bytes: 0, lint: null, failed: '' };
    this.facts = new Map(this.facts).set(name, { ...held, ...part });
  }
}
