// Conditions on a line's level as the page shows it: its label `level`, or without one what the
// server detected in the line.

import { levels, levelWords, type Level } from './level';
import { bare, dropStage, stageMatching, toLogQL } from './query';

const isOne = (words: string) => `level=~"(?i)(${words})" or (level="" and detected_level=~"(?i)(${words})")`;
const isNone = (words: string) => `level!~"(?i)(${words})" and (level!="" or detected_level!~"(?i)(${words})")`;

/** The condition of a stage that keeps just the lines that the page shows with one of the levels. */
function condition(wanted: readonly Level[]): string {
  // What is shown as `other` is all that no word names.
  if (!wanted.includes('other')) return isOne(levelWords(wanted).join('|'));
  return isNone(levelWords(levels.filter((level) => !wanted.includes(level))).join('|'));
}

/** LogQL that keeps just the lines that the page shows with one of the levels. */
export function levelFilter(wanted: readonly Level[]): string {
  return ` | ${condition(wanted)}`;
}

/** The levels of which such a stage of the query keeps the lines; null: it has none. */
export function filteredLevels(query: string): Level[] | null {
  return stageMatching(toLogQL(query), levelsOf);
}

function levelsOf(stage: string): Level[] | null {
  const words = new Set(/\(\?i\)\(([a-z|]+)\)/.exec(stage)?.[1]?.split('|') ?? []);
  const named = levels.filter((level) => levelWords([level]).some((word) => words.has(word)));
  const others = levels.filter((level) => !named.includes(level));
  return [named, others].find((wanted) => condition(wanted) === stage) ?? null;
}

/** The query with the level beside those that it keeps, or without it if it is one of them. */
export function toggleLevel(query: string, level: Level): string {
  const whole = bare(toLogQL(query));
  const had = filteredLevels(whole) ?? [];
  const wanted = levels.filter((one) => (one === level ? !had.includes(one) : had.includes(one)));
  const rest = had.length > 0 ? dropStage(whole, (stage) => levelsOf(stage) !== null) : whole;
  return wanted.length > 0 && wanted.length < levels.length ? `${rest}${levelFilter(wanted)}` : rest;
}
