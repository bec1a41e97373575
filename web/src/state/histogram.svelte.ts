// Counts by level over a query's whole range, by the server.

import { labelNames, queryMatrix, type Range } from '../api/client';
import { roundStepSeconds } from '../base/time';
import { countBars, type CountBar } from '../model/level_counts';

const bars = 120;

export interface HistogramData {
  range: Range;
  stepMs: number;
  bars: CountBar[];
  /** The label whose values were counted. */
  by: 'level' | 'detected_level';
}

export class HistogramState {
  data = $state.raw<HistogramData | null>(null);

  /** query: LogQL for lines. */
  async load(query: string, range: Range, signal: AbortSignal): Promise<void> {
    const step = roundStepSeconds(range.toMs - range.fromMs, bars);
    // The stream's own label is counted without reading lines; without one the detected level has to do.
    const by = (await labelNames(range, signal)).includes('level') ? 'level' : 'detected_level';
    const answer = await queryMatrix(`sum by (${by}) (count_over_time(${query} [${step}s]))`, range, step, signal);
    this.data = { range, stepMs: step * 1000, bars: countBars(answer.series, step * 1000), by };
  }

  clear(): void {
    this.data = null;
  }
}
