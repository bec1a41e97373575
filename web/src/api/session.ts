// Who is logged in, and what of it a user changes: the password and the sessions.

import { rights, type Right } from '../model/roles';
import { array, object, post, request } from './client';

export interface Session {
  auth: 'off' | 'password';
  /** There is a provider beside the password, which is asked for a login. */
  oidc: boolean;
  oidcName: string;
  loggedIn: boolean;
  user: string;
  role: string;
  /** A stream selector; empty: every stream. */
  scope: string;
  may: readonly Right[];
  /** Lines pass the masking rules before they come here. */
  masked: boolean;
  mustChangePassword: boolean;
  how: string;
  ingest: 'open' | 'token';
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

export function readSession(body: unknown): Session {
  const s = object(body, 'session');
  const may = array(s.may ?? [], 'may').map(String);
  return {
    auth: s.auth === 'off' ? 'off' : 'password',
    oidc: array(s.methods ?? [], 'methods').includes('oidc'),
    oidcName: text(s.oidcName),
    loggedIn: s.loggedIn === true,
    user: text(s.user),
    role: text(s.role),
    scope: text(s.scope),
    may: rights.filter((right) => may.includes(right)),
    masked: s.masked === true,
    mustChangePassword: s.mustChangePassword === true,
    how: text(s.how),
    ingest: s.ingest === 'token' ? 'token' : 'open',
  };
}

export async function currentSession(): Promise<Session> {
  return readSession(await request('/api/session', {}));
}

export const logIn = (user: string, password: string): Promise<unknown> => post('/api/login', { user, password });
export const logOut = (): Promise<unknown> => post('/api/logout', {});

/** Where a provider is asked who somebody is; path: where the page goes on. */
export function providerUrl(path: string): string {
  return `/api/oidc/login?${new URLSearchParams({ return: path })}`;
}

export const changePassword = (current: string, password: string): Promise<unknown> =>
  post('/api/password', { current, password });

export interface OwnSession {
  id: string;
  createdMs: number;
  lastSeenMs: number;
  address: string;
  /** As the browser names itself. */
  agent: string;
  current: boolean;
}

export async function ownSessions(): Promise<OwnSession[]> {
  const body = object(await request('/api/sessions', {}), 'sessions');
  return array(body.sessions, 'sessions')
    .map((item) => {
      const s = object(item, 'session');
      return {
        id: String(s.id),
        createdMs: Number(s.createdMs),
        lastSeenMs: Number(s.lastSeenMs),
        address: text(s.address),
        agent: text(s.agent),
        current: s.current === true,
      };
    })
    .sort((a, b) => Number(b.current) - Number(a.current) || b.lastSeenMs - a.lastSeenMs);
}

export const endSession = (id: string): Promise<unknown> => post('/api/sessions/end', { id });
export const endOtherSessions = (): Promise<unknown> => post('/api/sessions/end', { all: true });
