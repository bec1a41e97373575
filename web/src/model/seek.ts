// What e, w and n look for, in the lines that are held and, as LogQL, beyond them.

import { isError, levelWords, type Level } from './level';
import type { LogLine } from './log_line';

export type Sought = 'error' | 'warn' | 'hit';

/** LogQL that keeps just the lines that the page shows with one of the levels. */
export function levelFilter(levels: readonly Level[]): string {
  const words = levelWords(levels).join('|');
  return ` | level=~"(?i)(${words})" or (level="" and detected_level=~"(?i)(${words})")`;
}

/** In front of a stage stands the query without comments. */
export function soughtFilter(sought: Sought): string {
  if (sought === 'hit') return '';
  return levelFilter(sought === 'warn' ? ['warn'] : ['fatal', 'critical', 'error']);
}

/** hits: texts of which a hit has one. */
export function isSought(line: LogLine, sought: Sought, hits: readonly string[]): boolean {
  if (sought === 'hit') return hits.some((text) => line.text.includes(text));
  return sought === 'warn' ? line.level === 'warn' : isError(line.level);
}
