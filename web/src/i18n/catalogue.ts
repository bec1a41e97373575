import en from './en.json';
import ko from './ko.json';

export type Language = 'ko' | 'en';
export type Key = keyof typeof en;

export const catalogues: Record<Language, Record<Key, string>> = { en, ko };

/** The text of a key with {name} replaced. */
export function translate(language: Language, key: Key, values: Record<string, string | number> = {}): string {
  return catalogues[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
