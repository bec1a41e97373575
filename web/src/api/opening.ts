// What came of an opening, as the server found it.

import type { Opening, OpeningOutcome, ReasonWhat, Verdict } from '../model/opening';
import { array, object, request } from './client';

const span = (value: unknown) => (value === null ? null : Number(value));

export function readOutcome(value: unknown): OpeningOutcome {
  const o = object(value, 'opening');
  const success = o.success === null ? null : object(o.success, 'success');
  return {
    verdict: String(o.verdict) as Verdict,
    more: Number(o.more),
    services: array(o.services, 'services').map((item) => {
      const s = object(item, 'service');
      return {
        name: String(s.name),
        firstLineMs: span(s.firstLineMs),
        lines: Number(s.lines),
        errors: Number(s.errors),
        peak: Number(s.peak),
        ends: Number(s.ends),
      };
    }),
    success: success && { count: Number(success.count), firstMs: span(success.firstMs) },
    reasons: array(o.reasons, 'reasons').map((item) => {
      const r = object(item, 'reason');
      return { what: String(r.what) as ReasonWhat, service: String(r.service), count: Number(r.count) };
    }),
  };
}

export async function openingOutcome(opening: Opening, signal?: AbortSignal): Promise<OpeningOutcome> {
  const params = { at: opening.atMs, service: opening.services, success: opening.success?.trim() ?? '' };
  return readOutcome(await request('/api/opening', params, signal));
}
