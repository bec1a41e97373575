import type { Zone } from '../base/time';
import { translate, type Key, type Language } from '../i18n/catalogue';

export interface Settings {
  language: Language;
  theme: 'auto' | 'light' | 'dark';
  zone: Zone;
  density: 'compact' | 'normal' | 'roomy';
  wrap: boolean;
}

const storageKey = 'logsvc.settings';

function load(): Settings {
  const defaults: Settings = {
    language: navigator.language.startsWith('ko') ? 'ko' : 'en',
    theme: 'auto',
    zone: 'local',
    density: 'normal',
    wrap: false,
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

/** Pixels of a line in the list. */
export function rowHeight(): number {
  return { compact: 18, normal: 22, roomy: 28 }[settings.density];
}

export function t(key: Key, values?: Record<string, string | number>): string {
  return translate(settings.language, key, values);
}

export function formatNumber(n: number): string {
  return new Intl.NumberFormat(settings.language).format(n);
}

export function formatBytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
  return `${n < 10 && i > 0 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}
