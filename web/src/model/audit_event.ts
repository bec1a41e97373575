// What the audit log tells of, and the words that a reader of it gets.

import type { Key } from '../i18n/catalogue';

export const auditKinds = [
  'login',
  'logout',
  'session-ended',
  'password-changed',
  'user-created',
  'user-changed',
  'user-removed',
  'token-created',
  'token-changed',
  'token-removed',
  'lookup',
  'export',
  'deletion-requested',
  'deletion-cancelled',
  'shared-changed',
  'log-level-changed',
  'flush',
  'clock-confirmed',
  'gap',
] as const;
export type AuditKind = (typeof auditKinds)[number];

export interface AuditEvent {
  ms: number;
  event: string;
  user: string;
  role: string;
  address: string;
  outcome: string;
  /** What else is known of it, by name; lists are joined. */
  detail: ReadonlyMap<string, string>;
  /** All of it, to be read as it came. */
  whole: Readonly<Record<string, unknown>>;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

export function auditEvent(whole: Record<string, unknown>): AuditEvent {
  const { detail } = whole;
  const known = typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? detail : {};
  return {
    ms: Number(whole.timeMs ?? 0),
    event: textOf(whole.event),
    user: textOf(whole.user),
    role: textOf(whole.role),
    address: textOf(whole.address),
    outcome: textOf(whole.outcome),
    detail: new Map(Object.entries(known).map(([name, value]) => [name, textOf(value)])),
    whole,
  };
}

/** Something did not go as it should, or somebody was refused. */
export const isBad = (event: AuditEvent): boolean => ['failed', 'throttled', 'dropped'].includes(event.outcome);

const isKind = (name: string): name is AuditKind => (auditKinds as readonly string[]).includes(name);

/** The text of a kind by itself: for the filter. */
export const kindKey = (kind: AuditKind): Key => `kind_${kind}`;

export interface Sentence {
  key: Key;
  values: Record<string, string>;
}

/** What happened, as a text of the catalogue with its values; nobody: what stands for a user who is not known. */
export function sentenceOf(event: AuditEvent, nobody: string): Sentence {
  const first = (...names: string[]) => names.map((name) => event.detail.get(name)).find((value) => value) ?? '';
  const changes = [first('put'), first('removed')].filter((part) => part !== '').join(', ');
  const values = {
    user: event.user || nobody,
    event: event.event,
    target: first('name', 'request'),
    what: first('values', 'query') || changes || first('path'),
    n: first('events'),
    level: first('level'),
  };
  if (!isKind(event.event)) return { key: 'audit_other', values };
  if (event.event === 'login' && event.outcome === 'failed') return { key: 'audit_login-failed', values };
  if (event.event === 'login' && event.outcome === 'throttled') return { key: 'audit_login-throttled', values };
  return { key: `audit_${event.event}`, values };
}
