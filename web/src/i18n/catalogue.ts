import en from './en.json';
import ko from './ko.json';

export type Language = 'ko' | 'en';
export type Key = keyof typeof en;

export const catalogues: Record<Language, Record<Key, string>> = { en, ko };

/** Digits as they are read in Korean: whether a consonant ends them. */
const digitEnds = [true, true, false, true, false, false, true, true, true, false];

/** Whether a Korean particle behind the word is the one after a consonant; null: nobody can say. */
function endsInConsonant(word: string): boolean | null {
  const last = word.trim().at(-1) ?? '';
  const code = last.charCodeAt(0);
  if (code >= 0xac00 && code <= 0xd7a3) return (code - 0xac00) % 28 !== 0;
  return /[0-9]/.test(last) ? digitEnds[Number(last)]! : null;
}

/** 을/를 after a word: the one that fits, or both where it depends on how the word is read. */
function particle(word: string, afterConsonant: string, afterVowel: string): string {
  const consonant = endsInConsonant(word);
  return consonant === null ? `${afterConsonant}(${afterVowel})` : consonant ? afterConsonant : afterVowel;
}

/** The text of a key with {name} replaced; {n:line|lines} is by number, {name:을/를} by what the word ends in. */
export function translate(language: Language, key: Key, values: Record<string, string | number> = {}): string {
  return catalogues[language][key].replace(
    /\{(\w+)(?::([^{}|/]*)([|/])([^{}]*))?\}/g,
    (_, name: string, first?: string, by?: string, second?: string) => {
      const value = String(values[name] ?? '');
      if (by === '|') return (value === '1' ? first : second) ?? '';
      return by === '/' ? particle(value, first ?? '', second ?? '') : value;
    },
  );
}
