// The audit log, newest first.

import { nsOfMs } from '../base/time';
import { auditEvent, type AuditEvent } from '../model/audit_event';
import { array, object, request, type Range } from './client';

export interface AuditFilter {
  /** Empty: of everybody. */
  user: string;
  /** Empty: of every kind. */
  event: string;
  /** Empty: whatever stands in it. */
  text: string;
}
export interface AuditPage {
  /** False: nobody is asked who they are, so there is nothing to keep. */
  recording: boolean;
  /** Perhaps none, though there are older ones. */
  events: AuditEvent[];
  /** Where older ones begin; empty: there are none. */
  next: string;
}

/** before: `next` of the page before, of the same filter and range. */
export async function auditEvents(
  filter: AuditFilter,
  range: Range,
  before: string,
  limit: number,
  signal?: AbortSignal,
): Promise<AuditPage> {
  const wanted = Object.entries({ ...filter, before }).filter(([, value]) => value !== '');
  const params = { ...Object.fromEntries(wanted), start: nsOfMs(range.fromMs), end: nsOfMs(range.toMs), limit };
  const body = object(await request('/api/audit', params, signal), 'audit');
  return {
    recording: body.recording !== false,
    events: array(body.entries, 'entries').map((item) => auditEvent(object(item, 'entry'))),
    next: body.more === true ? String(body.next ?? '') : '',
  };
}
