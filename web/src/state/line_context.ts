// What was around a line: of its container whatever the level, of all services in the same second, of its user.

import { queryLines } from '../api/client';
import { nextNs, nsOfMs } from '../base/time';
import type { Identity } from '../model/identity';
import type { LogLine } from '../model/log_line';
import { everything, quote } from '../model/query';
import { sortLines } from './line_store';

export type ContextKind = 'container' | 'second' | 'user';

const each = 50;
const userSpanMs = 15 * 60_000;

/** The line's container on its host, whatever the level; without one, its service. */
export function containerQuery(line: LogLine): string {
  const wanted = ['host', 'container', 'container_name'].filter((name) => line.labels[name]);
  const names = wanted.some((n) => n.startsWith('container'))
    ? wanted
    : [...wanted, ...['service', 'service_name', 'job'].filter((n) => line.labels[n]).slice(0, 1)];
  return `{${names.map((name) => `${name}=${quote(line.labels[name]!)}`).join(', ')}}`;
}

export async function lineContext(
  line: LogLine,
  kind: ContextKind,
  identity: Identity | null,
  signal: AbortSignal,
): Promise<{ lines: LogLine[]; query: string }> {
  if (kind === 'second') {
    const from = Math.floor(line.ms / 1000) * 1000;
    const answer = await queryLines(everything, nsOfMs(from), nsOfMs(from + 1000), 1000, 'forward', signal);
    return { lines: sortLines(answer.lines), query: everything };
  }
  const query = kind === 'user' && identity ? `${everything} |= ${quote(identity.value)}` : containerQuery(line);
  const span = kind === 'user' ? userSpanMs : 24 * 3_600_000;
  const [before, after] = await Promise.all([
    queryLines(query, nsOfMs(line.ms - span), nextNs(line.ns), each + 1, 'backward', signal),
    queryLines(query, nextNs(line.ns), nsOfMs(line.ms + span), each, 'forward', signal),
  ]);
  return { lines: [...sortLines(before.lines.reverse()), ...sortLines(after.lines)], query };
}
