import { afterEach, expect, it, vi } from 'vitest';
import { currentSession, ownSessions, providerUrl } from './session';
import { ApiError } from './types';
import {
  addToken,
  addUser,
  changeUser,
  logOutUser,
  removeUser,
  resetPassword,
  revokeToken,
  tokens,
  users,
} from './users';

const asked: { url: string; method: string; body: unknown }[] = [];
function answerWith(body: unknown, status = 200): void {
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    const sent = init?.body ? (JSON.parse(String(init.body)) as unknown) : undefined;
    asked.push({ url: url.replace(/\?$/, ''), method: init?.method ?? 'GET', body: sent });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return Promise.resolve(new Response(status === 204 ? null : text, { status }));
  });
}
afterEach(() => {
  vi.unstubAllGlobals();
  asked.length = 0;
});

it('users: what was left out is not sent, and a name is one part of the path', async () => {
  answerWith({ name: 'kim', password: 'made' });
  expect(await addUser({ name: 'kim', role: 'viewer', scope: '', password: '' })).toBe('made');
  expect(asked[0]).toEqual({ url: '/api/users', method: 'POST', body: { name: 'kim', role: 'viewer' } });
  answerWith({ name: 'kim' });
  expect(await addUser({ name: 'kim', role: 'viewer', scope: '{a="b"}', password: 'given one' })).toBe('');
  expect(asked[1]!.body).toEqual({ name: 'kim', role: 'viewer', scope: '{a="b"}', password: 'given one' });
  answerWith({ password: 'another' });
  expect(await resetPassword('../x y')).toBe('another');
  expect(asked[2]).toEqual({ url: '/api/users/..%2Fx%20y', method: 'POST', body: { password: '' } });
  answerWith({});
  await changeUser('kim', { role: 'admin', scope: '' });
  expect(asked[3]!.body).toEqual({ role: 'admin', scope: '' });
  answerWith('', 204);
  await removeUser('kim');
  await logOutUser('kim');
  expect(asked.slice(4).map(({ url, method }) => `${method} ${url}`)).toEqual([
    'DELETE /api/users/kim',
    'POST /api/users/kim/log-out',
  ]);
});

it('tokens: one is told once; times of 0 are never', async () => {
  answerWith({ id: 't1', name: 'queue', token: 'lsv_x' });
  expect(await addToken({ name: 'queue', role: 'push', scope: '', expires: '90d' })).toBe('lsv_x');
  expect(asked[0]!.body).toEqual({ name: 'queue', role: 'push', expires: '90d' });
  answerWith({ tokens: [{ id: 't1', name: 'queue', role: 'push', createdMs: 5, expiresMs: 0, lastUsedMs: 0 }] });
  expect(await tokens()).toEqual([
    { id: 't1', name: 'queue', role: 'push', scope: '', createdMs: 5, expiresMs: 0, lastUsedMs: 0, expired: false },
  ]);
  answerWith('', 204);
  await revokeToken('t1');
  expect(asked[2]).toMatchObject({ url: '/api/tokens/t1', method: 'DELETE' });
});

it('lists users and own sessions, this one first, then the latest', async () => {
  answerWith({ users: [{ name: 'kim', role: 'support', lastLoginMs: 7, sessions: 2, mustChangePassword: true }] });
  expect(await users()).toEqual([
    { name: 'kim', role: 'support', scope: '', createdMs: 0, lastLoginMs: 7, sessions: 2, mustChangePassword: true },
  ]);
  const one = (id: string, lastSeenMs: number, current = false) => ({ id, createdMs: 1, lastSeenMs, current });
  answerWith({ sessions: [one('a', 1), one('b', 9), one('c', 5, true)] });
  expect((await ownSessions()).map((s) => s.id)).toEqual(['c', 'b', 'a']);
});

it('a refusal of the role is told apart from what is wrong with a request', async () => {
  answerWith('the role viewer may not do this\n', 403);
  const refused = await users().catch((error: unknown) => error);
  expect(refused instanceof ApiError && refused.isOfRole).toBe(true);
  answerWith('the request comes from another origin', 403);
  const foreign = await users().catch((error: unknown) => error);
  expect(foreign instanceof ApiError && !foreign.isOfRole).toBe(true);
});

it('a session of an unknown form is an error; a way back is one parameter', async () => {
  answerWith([]);
  await expect(currentSession()).rejects.toThrow('unexpected answer');
  expect(providerUrl('/explore?query={a="b"}&live=1')).toBe(
    '/api/oidc/login?return=%2Fexplore%3Fquery%3D%7Ba%3D%22b%22%7D%26live%3D1',
  );
});
