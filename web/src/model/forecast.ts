// How long the disk lasts at the rate of the last day.

const day = 864e5;

export interface ForecastFacts {
  /** Bytes of lines of the last day. */
  bytesADay: number;
  /** Bytes on disk for one byte of lines; null: nothing is on disk yet. */
  ratio: number | null;
  fileBytes: number;
  diskFree: number;
  /** 0: for ever. */
  retentionMs: number;
}
export interface Forecast {
  /** Bytes on disk for one byte of lines. */
  ratio: number;
  /** On disk a day. */
  diskADay: number;
  /** What the whole retention needs; null: for ever. */
  needed: number | null;
  /** What there is for it. */
  available: number;
  /** Days that fit; Infinity while nothing comes. */
  days: number;
  fits: boolean;
}

const leastSpan = 600_000;

/** What a whole day comes to when the lines of the last day may be of a part of it. */
export function bytesOfADay(bytes: number, nowMs: number, oldestMs: number): number {
  const span = oldestMs > 0 ? Math.min(day, Math.max(leastSpan, nowMs - oldestMs)) : day;
  return (bytes * day) / span;
}

/** Before there is anything on disk: what chunk files usually come to. */
const usualRatio = 0.1;

export function forecast(facts: ForecastFacts): Forecast {
  const ratio = facts.ratio ?? usualRatio;
  const diskADay = facts.bytesADay * ratio;
  const available = facts.fileBytes + facts.diskFree;
  const days = diskADay > 0 ? available / diskADay : Infinity;
  const needed = facts.retentionMs > 0 ? diskADay * (facts.retentionMs / day) : null;
  return { ratio, diskADay, needed, available, days, fits: needed === null || needed <= available };
}
