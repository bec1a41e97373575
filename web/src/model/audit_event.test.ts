import { expect, test } from 'vitest';
import { catalogues, translate } from '../i18n/catalogue';
import { auditEvent, auditKinds, isBad, kindKey, sentenceOf } from './audit_event';

const said = (entry: Record<string, unknown>, language: 'en' | 'ko' = 'en') => {
  const { key, values } = sentenceOf(auditEvent(entry), 'somebody');
  return translate(language, key, values);
};

test('an event is a sentence in both languages', () => {
  const login = { timeMs: 5, event: 'login', user: 'kim', role: 'viewer', address: '10.0.0.5', outcome: 'ok' };
  expect(said(login)).toBe('kim logged in');
  expect(said({ ...login, outcome: 'failed' })).toBe('a log-in as kim failed');
  expect(said({ ...login, outcome: 'throttled', user: '' })).toBe(
    'log-ins as somebody were refused: too many attempts',
  );
  expect(said(login, 'ko')).toBe('kim: 로그인');
  expect(said({ event: 'user-created', user: 'admin', detail: { name: 'lee', role: 'viewer' } })).toBe(
    'admin added the user lee',
  );
  const lookup = { event: 'lookup', user: 'lee', outcome: 'asked' };
  expect(said({ ...lookup, detail: { values: ['user_id_7', 'card'], query: '{a="b"} |= "user_id_7"' } })).toBe(
    'lee looked up user_id_7, card',
  );
  expect(said({ ...lookup, detail: { path: '/loki/api/v1/labels', values: [], query: '' } })).toBe(
    'lee looked up /loki/api/v1/labels',
  );
  expect(said({ event: 'shared-changed', user: 'lee', detail: { put: ['views: x'], removed: ['counters: y'] } })).toBe(
    'lee changed what the team shares: views: x, counters: y',
  );
  expect(said({ event: 'deletion-cancelled', user: 'a', detail: { request: '17', force: 'false' } })).toBe(
    'a cancelled the deletion 17',
  );
  expect(said({ event: 'gap', outcome: 'dropped', detail: { events: 1 } })).toBe(
    '1 event before this could not be kept',
  );
  expect(said({ event: 'gap', outcome: 'dropped', detail: { events: 12 } }, 'ko')).toBe(
    '이전 기록 12건을 저장하지 못함',
  );
});

const ofServer = import.meta.glob<string>('../../../lib/server/audit/audit_event.cc', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const [kinds] = Object.values(ofServer);

test.runIf(kinds !== undefined)('the kinds are those that the server has', () => {
  const named = [...kinds!.matchAll(/\{AuditKind::k\w+, "([a-z-]+)"\}/g)].map(([, name]) => name);
  expect([...auditKinds].sort()).toEqual(named.sort());
});

test('there are words for every kind', () => {
  for (const kind of auditKinds)
    for (const language of ['en', 'ko'] as const) {
      expect(catalogues[language][sentenceOf(auditEvent({ event: kind, user: 'kim' }), '').key]).toBeTruthy();
      expect(catalogues[language][kindKey(kind)]).toBeTruthy();
    }
});

test('what went wrong stands out', () => {
  expect(
    ['ok', 'asked', '', 'failed', 'throttled', 'dropped'].map((outcome) => isBad(auditEvent({ outcome }))),
  ).toEqual([false, false, false, true, true, true]);
});

test('an event of a later release is told by its name; an odd form does no harm', () => {
  expect(said({ event: 'rule-changed', user: 'kim' })).toBe('kim: rule-changed');
  for (const detail of [null, [1], 'text', { a: null, b: { c: 1 } }])
    expect(said({ event: { a: 1 }, user: 7, detail })).toBe('7: {"a":1}');
});
