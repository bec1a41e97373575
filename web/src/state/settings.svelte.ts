import { ownZone, type Zone } from '../base/time';
import { translate, type Key, type Language } from '../i18n/catalogue';

export interface Settings {
  language: Language;
  theme: 'auto' | 'light' | 'dark';
  zone: Zone;
  density: 'compact' | 'normal' | 'roomy';
  wrap: boolean;
  /** Which lines are on top. */
  order: 'oldest' | 'newest';
  /** Labels or fields with a column in the list. */
  columns: string[];
  /** Pixels of the histogram above the list. */
  histogram: number;
  /** Pixels of the drawer beside it. */
  drawer: number;
  facetsShown: boolean;
  /** Single keys do things; off for those who dictate. */
  keys: boolean;
}

const storageKey = 'logsvc.settings';

function load(): Settings {
  const defaults: Settings = {
    language: navigator.language.startsWith('ko') ? 'ko' : 'en',
    theme: 'auto',
    zone: 'local',
    density: 'normal',
    wrap: false,
    order: 'oldest',
    columns: [],
    histogram: 72,
    drawer: 400,
    facetsShown: true,
    keys: true,
  };
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Settings>) };
  } catch {
    return defaults;
  }
}

export const settings = $state<Settings>(load());

export function saveSettings(): void {
  localStorage.setItem(storageKey, JSON.stringify(settings));
}

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const system = $state({ dark: systemDark.matches });
systemDark.addEventListener('change', (event) => (system.dark = event.matches));

export function shownTheme(): 'light' | 'dark' {
  return settings.theme === 'auto' ? (system.dark ? 'dark' : 'light') : settings.theme;
}

/** Pixels of a line in the list. */
export function rowHeight(): number {
  return { compact: 18, normal: 22, roomy: 28 }[settings.density];
}

export function t(key: Key, values?: Record<string, string | number>): string {
  return translate(settings.language, key, values);
}

const numbers: Record<Language, Intl.NumberFormat> = {
  ko: new Intl.NumberFormat('ko'),
  en: new Intl.NumberFormat('en'),
};

export function formatNumber(n: number): string {
  return numbers[settings.language].format(n);
}

/** What the zone of the page is called. */
export function zoneName(): string {
  if (settings.zone === 'local') return ownZone;
  return settings.zone === 'UTC' ? 'UTC' : 'KST';
}

export function formatBytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
  return `${n < 10 && i > 0 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

/** Of short times, too: "38 ms", "4.2 s". */
export function formatGap(ms: number): string {
  return Math.abs(ms) < 1_000 ? `${Math.round(ms)} ms` : formatSpan(ms);
}

/** "0.4 s", "12 s", "3 min 5 s", "2 h 7 min": for texts that count up. */
export function formatSpan(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return t('unitSecond', { n: seconds.toFixed(1) });
  if (seconds < 60) return t('unitSecond', { n: Math.floor(seconds) });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${t('unitMinute', { n: minutes })} ${t('unitSecond', { n: Math.floor(seconds % 60) })}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${t('unitHour', { n: hours })} ${t('unitMinute', { n: minutes % 60 })}`;
  return `${t('unitDay', { n: Math.floor(hours / 24) })} ${t('unitHour', { n: hours % 24 })}`;
}

/** "15m" as a range has it, in words: "15 min". */
export function spanName(span: string): string {
  const unit = { s: 'unitSecond', m: 'unitMinute', h: 'unitHour', d: 'unitDay' } as const;
  return t(unit[span.slice(-1) as keyof typeof unit], { n: span.slice(0, -1) });
}
