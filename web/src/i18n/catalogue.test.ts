import { expect, test } from 'vitest';
import { catalogues, translate } from './catalogue';

test('both languages have the same keys and places', () => {
  expect(Object.keys(catalogues.ko).sort()).toEqual(Object.keys(catalogues.en).sort());
  for (const key of Object.keys(catalogues.en) as (keyof typeof catalogues.en)[]) {
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join();
    if (key !== 'queryPlaceholder') expect(places(catalogues.ko[key]), key).toBe(places(catalogues.en[key]));
  }
});

test('values are put in', () => {
  expect(translate('en', 'newLines', { n: 3 })).toBe('3 new');
});
