// Counts by level over a query's whole range, by the server.

import { labelNames, queryMatrix, type Range } from '../api/client';
import { roundStepSeconds } from '../base/time';
import { toLevel } from '../model/level';
import { countBars, type CountBar } from '../model/level_counts';
import { withLabel } from '../model/query';

const bars = 120;
const both = 'level, detected_level';

/** A stream's own label is counted without reading lines; where there is none the detected level has to do. */
function byLabel(query: string): string[][] {
  const [labelled, others] = [withLabel(query, 'level', true), withLabel(query, 'level', false)];
  if (labelled === null || others === null) return [[both, query]];
  return [
    ['level', labelled],
    [both, others],
  ];
}

export interface HistogramData {
  range: Range;
  stepMs: number;
  bars: CountBar[];
  /** Each line that was counted has a label `level` with the name that the page shows. */
  labelled: boolean;
}

export class HistogramState {
  data = $state.raw<HistogramData | null>(null);

  /** query: LogQL for lines. */
  async load(query: string, range: Range, signal: AbortSignal): Promise<void> {
    const step = roundStepSeconds(range.toMs - range.fromMs, bars);
    const parts = (await labelNames(range, signal)).includes('level') ? byLabel(query) : [[both, query]];
    const count = ([by, part]: string[]) =>
      queryMatrix(`sum by (${by}) (count_over_time(${part} [${step}s]))`, range, step, signal);
    const series = (await Promise.all(parts.map(count))).flatMap((answer) => answer.series);
    const labelled = series.every((s) => toLevel(s.labels.level) === s.labels.level);
    this.data = { range, stepMs: step * 1000, bars: countBars(series, step * 1000), labelled };
  }

  clear(): void {
    this.data = null;
  }
}
