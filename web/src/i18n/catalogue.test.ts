import { expect, test } from 'vitest';
import { catalogues, translate } from './catalogue';

test('both languages have the same keys and places', () => {
  expect(Object.keys(catalogues.ko).sort()).toEqual(Object.keys(catalogues.en).sort());
  for (const key of Object.keys(catalogues.en) as (keyof typeof catalogues.en)[]) {
    const places = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join();
    if (key !== 'queryPlaceholder') expect(places(catalogues.ko[key]), key).toBe(places(catalogues.en[key]));
  }
});

test('values are put in', () => {
  expect(translate('en', 'newLines', { n: 3 })).toBe('3 new');
});

test('one of a thing is one', () => {
  expect(translate('en', 'findings', { n: 1 })).toBe('1 finding');
  expect(translate('en', 'findings', { n: '1,204' })).toBe('1,204 findings');
  expect(translate('en', 'findings', { n: 0 })).toBe('0 findings');
  expect(translate('ko', 'findings', { n: 1 })).toBe('점검 항목 1개');
});

test('Korean particles follow what a word ends in', () => {
  const follow = (words: string) => translate('ko', 'followWords', { words });
  expect(follow('결제')).toBe('결제를 따라가기');
  expect(follow('주문')).toBe('주문을 따라가기');
  expect(follow('user_id_123')).toBe('user_id_123을 따라가기');
  expect(follow('order 5')).toBe('order 5를 따라가기');
  expect(follow('abc')).toBe('abc을(를) 따라가기');
});
