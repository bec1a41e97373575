import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { doubtAccess } from '../api/lost_access';
import { SessionState } from './session.svelte';

const viewer = {
  auth: 'password',
  methods: ['password', 'oidc'],
  oidcName: 'Keycloak',
  loggedIn: true,
  user: 'kim',
  role: 'viewer',
  scope: '{service="ticket"}',
  may: ['read', 'export', 'self'],
  masked: false,
  mustChangePassword: false,
  how: 'session',
  ingest: 'token',
};
const nobody = { ...viewer, loggedIn: false, user: '', role: 'nobody', scope: '', may: [] };

let answers: object | null = viewer;
const asked: { path: string; body: string }[] = [];
const reload = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    asked.push({ path: url.split('?')[0]!, body: String(init?.body ?? '') });
    return answers ? Promise.resolve(new Response(JSON.stringify(answers))) : Promise.reject(new TypeError('network'));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  asked.length = 0;
  reload.mockClear();
  answers = viewer;
});
const sessionQuestions = () => asked.filter(({ path }) => path === '/api/session').length;

test('a role may what the server says, and nothing before it has answered', async () => {
  const session = new SessionState(reload);
  expect(session.may('read')).toBe(false);
  await session.ask();
  expect(session.inside).toBe(true);
  expect(['read', 'export', 'operate', 'admin', 'self'].map((right) => session.may(right as 'read'))).toEqual([
    true,
    true,
    false,
    false,
    true,
  ]);
  expect(session.who).toMatchObject({ oidc: true, oidcName: 'Keycloak', scope: '{service="ticket"}', ingest: 'token' });
});

test('without a login nothing is allowed, whatever the answer lists; with auth off there is nobody to log in', async () => {
  const session = new SessionState(reload);
  answers = { ...nobody, may: ['read', 'a new right'] };
  await session.ask();
  expect(session.inside).toBe(false);
  expect(session.may('read')).toBe(false);
  answers = { auth: 'off', loggedIn: false, may: ['read', 'admin'] };
  await session.ask();
  expect(session.inside).toBe(true);
  expect(session.may('admin')).toBe(true);
});

test('a session that ended is noticed when something is refused, and said', async () => {
  const session = new SessionState(reload);
  await session.ask();
  answers = nobody;
  doubtAccess();
  doubtAccess();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(session.inside).toBe(false);
  expect(session.ended).toBe(true);
  expect(session.lastUser).toBe('kim');
  expect(sessionQuestions()).toBe(2);
  expect(reload).not.toHaveBeenCalled();
});

test('however much is refused, the session is asked for once in a while only', async () => {
  const session = new SessionState(reload);
  await session.ask();
  for (let i = 0; i < 100; i++) {
    doubtAccess();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(session.inside).toBe(true);
  expect(sessionQuestions()).toBeLessThanOrEqual(7);
});

test('before somebody is in, refusals mean nothing', async () => {
  const session = new SessionState(reload);
  answers = nobody;
  await session.ask();
  doubtAccess();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sessionQuestions()).toBe(1);
});

test('the same user goes on; another one, or another role, begins with a page that knows nothing', async () => {
  const session = new SessionState(reload);
  await session.ask();
  answers = nobody;
  await session.ask();
  answers = viewer;
  await session.logIn('kim', 'secret');
  expect(reload).not.toHaveBeenCalled();
  expect(session.ended).toBe(false);
  answers = { ...viewer, role: 'support', may: ['read', 'self'], masked: true };
  await session.ask();
  expect(reload).toHaveBeenCalledTimes(1);
  expect(session.may('export')).toBe(true);
  answers = { ...viewer, user: 'lee' };
  await session.ask();
  expect(reload).toHaveBeenCalledTimes(2);
});

test('who has to choose a password is welcomed, and what was typed is known until then', async () => {
  const session = new SessionState(reload);
  answers = { ...viewer, mustChangePassword: true };
  await session.logIn('kim', 'generated');
  expect(asked[0]).toEqual({ path: '/api/login', body: '{"user":"kim","password":"generated"}' });
  expect(session.welcome).toBe(true);
  expect(session.typedPassword).toBe('generated');
  answers = viewer;
  await session.ask();
  expect(session.welcome).toBe(true);
  session.begin();
  expect(session.welcome).toBe(false);
  expect(session.typedPassword).toBe('');
});

test('a password that was right and is not to be changed is forgotten at once', async () => {
  const session = new SessionState(reload);
  await session.logIn('kim', 'secret');
  expect(session.typedPassword).toBe('');
});

test('a server that does not answer is asked again until it does', async () => {
  const session = new SessionState(reload);
  answers = null;
  await session.ask();
  expect(session.offline).toBe(true);
  answers = viewer;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(session.offline).toBe(false);
  expect(session.inside).toBe(true);
});
