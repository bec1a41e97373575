/** The levels that are told apart, worst first; everything else is shown as `other`. */
export const levels = ['fatal', 'critical', 'error', 'warn', 'info', 'debug', 'trace', 'other'] as const;
/** The first so many are errors. */
export const errorLevels = 3;
export type Level = (typeof levels)[number];

const words: Record<string, Level> = {
  fatal: 'fatal',
  panic: 'fatal',
  critical: 'critical',
  crit: 'critical',
  alert: 'critical',
  emerg: 'critical',
  error: 'error',
  err: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  log: 'info',
  http: 'info',
  notice: 'info',
  information: 'info',
  debug: 'debug',
  verbose: 'debug',
  trace: 'trace',
  silly: 'trace',
};

export function isError(level: Level): boolean {
  return levels.indexOf(level) < errorLevels;
}

export function toLevel(word: string | undefined): Level {
  const name = (word ?? '').toLowerCase();
  return Object.hasOwn(words, name) ? words[name]! : 'other';
}

/** The words that are taken for one of the levels, in small letters. */
export function levelWords(wanted: readonly Level[]): string[] {
  return Object.keys(words).filter((word) => wanted.includes(words[word]!));
}

/** The letter beside the bar, so that colour is never alone. */
export function levelLetter(level: Level): string {
  return level === 'other' ? '·' : level === 'critical' ? 'C' : level.charAt(0).toUpperCase();
}
