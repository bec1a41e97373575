// What somebody may not do, and what the server refused, in the words of the page.

import { ApiError } from '../api/types';
import type { Right } from '../model/roles';
import { session } from './session.svelte';
import { t } from './settings.svelte';

const ofRole = () => t('roleMayNot', { role: session.who?.role ?? '' });

/** For the title of what is not to be had; empty: it may be done. */
export function whyNot(right: Right): string {
  return session.may(right) ? '' : ofRole();
}

export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.isOfRole) return ofRole();
    return error.status === 0 && error.message === 'offline' ? t('offline') : error.message;
  }
  return String(error instanceof Error ? error.message : error);
}
