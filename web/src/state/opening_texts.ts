// What is said of an opening, in the language of the page.

import { dateTime } from '../base/time';
import { markdownReport, type OpeningOutcome } from '../model/opening';
import { formatNumber, settings, t } from './settings.svelte';
import type { Key } from '../i18n/catalogue';

const reasonKeys: Record<string, Key> = {
  silent: 'reasonSilent',
  errors: 'reasonErrors',
  manyErrors: 'reasonManyErrors',
  ended: 'reasonEnded',
  noSuccess: 'reasonNoSuccess',
};
const verdictKeys = {
  good: 'verdictGood',
  errors: 'verdictErrors',
  bad: 'verdictBad',
  running: 'verdictRunning',
} as const;

export function verdictOf(outcome: OpeningOutcome): string {
  const lines = outcome.services.reduce((sum, s) => sum + s.lines, 0);
  const errors = outcome.services.reduce((sum, s) => sum + s.errors, 0);
  const alive = outcome.services.filter((s) => s.lines > 0).length;
  const first = t(verdictKeys[outcome.verdict], {
    alive,
    all: outcome.services.length + outcome.more,
    lines: formatNumber(lines),
    errors: formatNumber(errors),
  });
  const reasons = outcome.reasons.map((r) =>
    t(reasonKeys[r.what] ?? 'reasonErrors', { service: r.service, n: formatNumber(r.count) }),
  );
  return [first, ...reasons].join(' · ');
}

export function spanAfter(ms: number): string {
  return `+${t('unitSecond', { n: (ms / 1000).toFixed(3) })}`;
}

/** Empty: none were looked for. */
export function successOf(outcome: OpeningOutcome): string {
  if (!outcome.success) return '';
  const { count, firstMs } = outcome.success;
  return firstMs === null ? t('noSuccess') : t('successes', { n: formatNumber(count), span: spanAfter(firstMs) });
}

export function openingTitle(opening: { name: string; atMs: number }): string {
  return `${opening.name || t('opening')} ${dateTime(opening.atMs, settings.zone).slice(0, 19)}`;
}

export function reportOf(opening: { name: string; atMs: number }, outcome: OpeningOutcome, link: string): string {
  return markdownReport(
    {
      title: openingTitle(opening),
      verdict: verdictOf(outcome),
      rule: t('verdictRule'),
      success: successOf(outcome),
      columns: [t('service'), t('firstLineColumn'), t('linesWord'), t('peak'), t('errorsWord')],
      link,
    },
    outcome.services,
  );
}
