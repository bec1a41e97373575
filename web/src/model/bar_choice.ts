// Bars of a histogram chosen by keys: one, or all from where it was begun.

export interface BarScale {
  fromMs: number;
  toMs: number;
  stepMs: number;
  /** A moment at which a bar begins. */
  baseMs: number;
}

/** Moments at which bars begin: the one that moves, and the one that stays. */
export interface BarChoice {
  atMs: number;
  sinceMs: number;
}

/** Bars of a page of keys. */
const pageBars = 10;

export function barStart(scale: BarScale, ms: number): number {
  return scale.baseMs + Math.floor((ms - scale.baseMs) / scale.stepMs) * scale.stepMs;
}

/** How many bars there are, and which one begins at a moment. */
export function barPlace(scale: BarScale, ms: number): { count: number; index: number } {
  const [first, last] = ends(scale);
  const count = Math.round((last - first) / scale.stepMs) + 1;
  const index = Math.round((barStart(scale, ms) - first) / scale.stepMs);
  return { count, index: Math.max(0, Math.min(count - 1, index)) };
}

/** What a key makes of the choice; null: it is none of these keys. The first one is the newest bar, or an end. */
export function moveChoice(scale: BarScale, choice: BarChoice | null, key: string, stretch: boolean): BarChoice | null {
  const [first, last] = ends(scale);
  const bars = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: -pageBars, PageDown: pageBars }[key];
  let atMs: number;
  if (key === 'Home') atMs = first;
  else if (key === 'End') atMs = last;
  else if (bars === undefined) return null;
  else atMs = choice ? choice.atMs + bars * scale.stepMs : last;
  atMs = Math.max(first, Math.min(last, atMs));
  return { atMs, sinceMs: stretch && choice ? choice.sinceMs : atMs };
}

/** [from, to) of the chosen bars. */
export function spanOfChoice(scale: BarScale, { atMs, sinceMs }: BarChoice): [number, number] {
  return [Math.min(atMs, sinceMs), Math.max(atMs, sinceMs) + scale.stepMs];
}

function ends(scale: BarScale): [number, number] {
  const first = barStart(scale, scale.fromMs);
  return [first, Math.max(first, barStart(scale, scale.toMs - 1))];
}
