// The audit log as somebody looks at it: newest first, more when it is asked for.

import { auditEvents, type AuditFilter } from '../api/audit';
import type { AuditEvent } from '../model/audit_event';
import { errorText } from './rights';
import { rangeOf } from './url_state';

const pageSize = 100;
/** A page may be empty though there are older events: so many are asked for at once. */
const mostEmptyPages = 20;

export class AuditLogState {
  events = $state.raw<AuditEvent[]>([]);
  recording = $state(true);
  more = $state(false);
  loading = $state(false);
  error = $state('');

  private abort = new AbortController();
  private filter: AuditFilter = { user: '', event: '', text: '' };
  private range = { fromMs: 0, toMs: 0 };
  private next = '';

  /** range: "15m", or "FROM-TO" in ms. */
  look(filter: AuditFilter, range: string): Promise<void> {
    this.filter = { ...filter };
    this.range = rangeOf(range, Date.now());
    return this.load('');
  }
  older(): Promise<void> {
    return this.load(this.next);
  }
  dispose(): void {
    this.abort.abort();
  }

  private async load(before: string): Promise<void> {
    this.abort.abort();
    const { signal } = (this.abort = new AbortController());
    this.loading = true;
    if (before === '') this.events = [];
    try {
      let next = before;
      for (let pages = 0; pages < mostEmptyPages; pages++) {
        const page = await auditEvents(this.filter, this.range, next, pageSize, signal);
        this.recording = page.recording;
        this.events = [...this.events, ...page.events];
        next = this.next = page.next;
        if (page.events.length > 0 || next === '') break;
      }
      this.more = next !== '';
      this.error = '';
    } catch (error) {
      if (!signal.aborted) this.error = errorText(error);
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }
}
