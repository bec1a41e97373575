// Pages of Settings, each with an address of its own: /settings/users.

import type { Key } from '../i18n/catalogue';
import type { Right } from './roles';

interface SettingsPart {
  /** In the path; empty: /settings itself. */
  part: string;
  title: Key;
  /** Who has it; null: everybody who sees pages. */
  right: Right | null;
  /** It tells of users, of whom there are none while nobody has to log in. */
  ofUsers?: boolean;
}

const parts = [
  { part: '', title: 'profile', right: null },
  { part: 'account', title: 'account', right: 'self' },
  { part: 'users', title: 'users', right: 'admin', ofUsers: true },
  { part: 'tokens', title: 'tokens', right: 'admin', ofUsers: true },
  { part: 'masking', title: 'masking', right: 'admin' },
  { part: 'audit', title: 'audit', right: 'admin', ofUsers: true },
  { part: 'server', title: 'serverSettings', right: 'admin' },
] as const satisfies readonly SettingsPart[];

export type Part = (typeof parts)[number]['part'];
export const settingsParts: readonly (SettingsPart & { part: Part })[] = parts;

export const pathOfPart = (part: Part): string => (part ? `/settings/${part}` : '/settings');
