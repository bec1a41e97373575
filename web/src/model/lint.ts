// How well a service's lines can be used: what Winston (and others) should write and often do not.

import { toLevel } from './level';

export type LintRule =
  'notJson' | 'noLevel' | 'unknownLevel' | 'noMessage' | 'noTime' | 'noZone' | 'tooLong' | 'repeated';

export interface LintFinding {
  rule: LintRule;
  count: number;
  /** A line that has it, cut. */
  example: string;
}
export interface LintResult {
  lines: number;
  findings: LintFinding[];
  /** 0 to 100: the share of lines without a finding. */
  score: number;
}

const longBytes = 16 * 1024;
const repeatedPerSecond = 100;
const levelKeys = ['level', 'severity', 'lvl', 'loglevel'];
const messageKeys = ['message', 'msg', 'log', 'event'];
const timeKeys = ['timestamp', 'time', '@timestamp', 'ts', 'datetime'];
const hasZone = /(Z|[+-]\d\d:?\d\d)$/;

function rulesOf(text: string): LintRule[] {
  const found: LintRule[] = [];
  if (new TextEncoder().encode(text).length > longBytes) found.push('tooLong');
  let parsed: unknown;
  try {
    parsed = text.trimStart().startsWith('{') ? JSON.parse(text) : null;
  } catch {
    parsed = null;
  }
  if (typeof parsed !== 'object' || parsed === null) return [...found, 'notJson'];
  const fields = parsed as Record<string, unknown>;
  const pick = (keys: string[]) => keys.map((k) => fields[k]).find((v) => v !== undefined);
  const level = pick(levelKeys);
  if (level === undefined) found.push('noLevel');
  else if (typeof level === 'string' && toLevel(level) === 'other') found.push('unknownLevel');
  if (pick(messageKeys) === undefined) found.push('noMessage');
  const time = pick(timeKeys);
  if (time === undefined) found.push('noTime');
  else if (typeof time === 'string' && !hasZone.test(time.trim()) && !/^\d+$/.test(time)) found.push('noZone');
  return found;
}

export function lint(lines: readonly { text: string; ms: number }[]): LintResult {
  const findings = new Map<LintRule, LintFinding>();
  const add = (rule: LintRule, text: string, count = 1) => {
    const held = findings.get(rule);
    if (held) held.count += count;
    else findings.set(rule, { rule, count, example: text.slice(0, 300) });
  };
  let good = 0;
  const perSecond = new Map<string, number>();
  for (const { text, ms } of lines) {
    const rules = rulesOf(text);
    if (rules.length === 0) good++;
    for (const rule of rules) add(rule, text);
    const key = `${Math.floor(ms / 1000)} ${text.replace(/\d+/g, '#')}`;
    const n = (perSecond.get(key) ?? 0) + 1;
    perSecond.set(key, n);
    if (n === repeatedPerSecond + 1) add('repeated', text, n);
    else if (n > repeatedPerSecond) add('repeated', text);
  }
  return {
    lines: lines.length,
    findings: [...findings.values()].sort((a, b) => b.count - a.count),
    score: lines.length === 0 ? 100 : Math.round((100 * good) / lines.length),
  };
}
