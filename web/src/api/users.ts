// Users and tokens, as an admin keeps them.

import { array, object, post, remove, request } from './client';

export interface User {
  name: string;
  role: string;
  scope: string;
  createdMs: number;
  /** 0: never. */
  lastLoginMs: number;
  sessions: number;
  mustChangePassword: boolean;
}

export async function users(): Promise<User[]> {
  const body = object(await request('/api/users', {}), 'users');
  return array(body.users, 'users').map((item) => {
    const u = object(item, 'user');
    return {
      name: String(u.name),
      role: String(u.role),
      scope: String(u.scope ?? ''),
      createdMs: Number(u.createdMs ?? 0),
      lastLoginMs: Number(u.lastLoginMs ?? 0),
      sessions: Number(u.sessions ?? 0),
      mustChangePassword: u.mustChangePassword === true,
    };
  });
}

const pathOf = (name: string) => `/api/users/${encodeURIComponent(name)}`;

/** The password that was made; empty: one was given. */
async function generated(answer: Response): Promise<string> {
  const text = await answer.text();
  return text === '' ? '' : String(object(JSON.parse(text), 'user').password ?? '');
}

export interface NewUser {
  name: string;
  role: string;
  scope: string;
  /** Empty: the server makes one. */
  password: string;
}

export async function addUser({ name, role, scope, password }: NewUser): Promise<string> {
  return generated(await post('/api/users', { name, role, ...(scope && { scope }), ...(password && { password }) }));
}
export async function changeUser(name: string, change: { role?: string; scope?: string }): Promise<void> {
  await post(pathOf(name), change);
}
/** The new password, which the server makes. */
export async function resetPassword(name: string): Promise<string> {
  return generated(await post(pathOf(name), { password: '' }));
}
export const removeUser = (name: string): Promise<unknown> => remove(pathOf(name));
export const logOutUser = (name: string): Promise<unknown> => post(`${pathOf(name)}/log-out`, {});

export interface Token {
  id: string;
  name: string;
  role: string;
  scope: string;
  createdMs: number;
  /** 0: never. */
  expiresMs: number;
  /** 0: never. */
  lastUsedMs: number;
  expired: boolean;
}

export async function tokens(): Promise<Token[]> {
  const body = object(await request('/api/tokens', {}), 'tokens');
  return array(body.tokens, 'tokens').map((item) => {
    const k = object(item, 'token');
    return {
      id: String(k.id),
      name: String(k.name),
      role: String(k.role),
      scope: String(k.scope ?? ''),
      createdMs: Number(k.createdMs ?? 0),
      expiresMs: Number(k.expiresMs ?? 0),
      lastUsedMs: Number(k.lastUsedMs ?? 0),
      expired: k.expired === true,
    };
  });
}

export interface NewToken {
  name: string;
  role: string;
  scope: string;
  /** "90d"; empty: never. */
  expires: string;
}

/** The token itself, which is told only now. */
export async function addToken({ name, role, scope, expires }: NewToken): Promise<string> {
  const answer = await post('/api/tokens', { name, role, ...(scope && { scope }), ...(expires && { expires }) });
  return String(object(await answer.json(), 'token').token);
}
export const revokeToken = (id: string): Promise<unknown> => remove(`/api/tokens/${encodeURIComponent(id)}`);
