// What e, w and n look for, in the lines that are held and, as LogQL, beyond them.

import { errorLevels, isError, levels } from './level';
import { levelFilter } from './level_filter';
import type { LogLine } from './log_line';

export type Sought = 'error' | 'warn' | 'hit';

/** In front of a stage stands the query without comments. */
export function soughtFilter(sought: Sought): string {
  if (sought === 'hit') return '';
  return levelFilter(sought === 'warn' ? ['warn'] : levels.slice(0, errorLevels));
}

/** hits: texts of which a hit has one. */
export function isSought(line: LogLine, sought: Sought, hits: readonly string[]): boolean {
  if (sought === 'hit') return hits.some((text) => line.text.includes(text));
  return sought === 'warn' ? line.level === 'warn' : isError(line.level);
}
