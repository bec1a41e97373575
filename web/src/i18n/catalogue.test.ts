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
  expect(follow('결제')).toBe('결제를 추적');
  expect(follow('주문')).toBe('주문을 추적');
  expect(follow('user_id_123')).toBe('user_id_123을 추적');
  expect(follow('order 5')).toBe('order 5를 추적');
  expect(follow('abc')).toBe('abc을(를) 추적');
});

const sources = import.meta.glob('../**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true });

test('every text is shown somewhere', () => {
  const source = Object.entries(sources)
    .filter(([name]) => !name.endsWith('.test.ts'))
    .map(([, text]) => text)
    .join('\n');
  // These are asked for by the name of a rule, a role or an event.
  const byRule = /^(lint|fix|role|kind|audit)_/;
  const unused = Object.keys(catalogues.en).filter(
    (key) => !byRule.test(key) && !source.includes(`'${key}'`) && !source.includes(`\`${key}\``),
  );
  expect(unused).toEqual([]);
});

test('Korean has one word for one thing', () => {
  // What is said instead: 무응답, 요청 흐름, 추적, 전송 내역, 점검 항목, 검색어, 수신, 쿼리, 보관, 클릭, 티켓팅, 카운터.
  const left = /조용|여정|따라가|장부|지적|증빙|단어|받음|조회|보존|눌러서|티케팅|시청|세기|새로운 오류/;
  for (const [key, text] of Object.entries(catalogues.ko)) expect(text, key).not.toMatch(left);
});

test('Korean writes a unit to its number', () => {
  expect(translate('ko', 'unitMinute', { n: 3 })).toBe('3분');
  expect(translate('en', 'unitMinute', { n: 3 })).toBe('3 min');
  for (const [key, text] of Object.entries(catalogues.ko))
    expect(text, key).not.toMatch(/\{\w+\} (초|분|시간|일|줄|개|건|번|회)/);
});
