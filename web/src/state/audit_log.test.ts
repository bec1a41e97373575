import { afterEach, expect, test, vi } from 'vitest';
import { AuditLogState } from './audit_log.svelte';

// The look of the page needs a browser; here it only has to be there, before the page is.
vi.hoisted(() => {
  vi.stubGlobal('navigator', { language: 'en' });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} });
});
const asked: URLSearchParams[] = [];
let answers: object[] = [];
function serve(): void {
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(new URLSearchParams(url.split('?')[1]));
    return Promise.resolve(new Response(JSON.stringify(answers.shift())));
  });
}
afterEach(() => (asked.length = 0));

const entry = (timeMs: number) => ({ timeMs, event: 'login', user: 'kim', outcome: 'ok', detail: {} });
const page = (times: number[], next = '') => ({
  recording: true,
  entries: times.map(entry),
  more: next !== '',
  next,
});

test('newest first, more when asked for, with the same filter and range', async () => {
  serve();
  const log = new AuditLogState();
  answers = [page([9, 8], 'c1'), page([7])];
  await log.look({ user: 'kim', event: '', text: 'x' }, '1000-9000');
  expect(log.events.map((e) => e.ms)).toEqual([9, 8]);
  expect(log.more).toBe(true);
  await log.older();
  expect(log.events.map((e) => e.ms)).toEqual([9, 8, 7]);
  expect(log.more).toBe(false);
  const [first, second] = asked.map((params) => Object.fromEntries(params));
  expect(first).toEqual({ user: 'kim', text: 'x', start: '1000000000', end: '9000000000', limit: '100' });
  expect(second).toEqual({ ...first, before: 'c1' });
});

test('a page without events is no end: the next is asked for, and another search begins anew', async () => {
  serve();
  const log = new AuditLogState();
  answers = [page([], 'c1'), page([], 'c2'), page([3], 'c3'), page([2])];
  await log.look({ user: '', event: '', text: 'rare' }, '1h');
  expect(log.events.map((e) => e.ms)).toEqual([3]);
  expect(asked.map((params) => params.get('before'))).toEqual([null, 'c1', 'c2']);
  await log.look({ user: '', event: 'login', text: '' }, '1h');
  expect(log.events.map((e) => e.ms)).toEqual([2]);
});

test('a server that refuses says why, and what was loaded stays', async () => {
  const log = new AuditLogState();
  serve();
  answers = [page([9], 'c1')];
  await log.look({ user: '', event: '', text: '' }, '1h');
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('the log cannot be opened\n', { status: 503 })));
  await log.older();
  expect(log.error).toBe('the log cannot be opened');
  expect(log.events).toHaveLength(1);
  expect(log.more).toBe(true);
});
