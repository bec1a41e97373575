// Who or what a line is about: the field by which its journey is followed.

import { shownOf, type LogLine } from './log_line';

export interface Identity {
  name: string;
  value: string;
}

// The better ones first: a user makes several requests.
const names = [
  'userid',
  'user_id',
  'user',
  'uid',
  'memberid',
  'member_id',
  'customerid',
  'customer_id',
  'orderid',
  'order_id',
  'bookingid',
  'requestid',
  'request_id',
  'reqid',
  'traceid',
  'trace_id',
  'correlationid',
  'sessionid',
  'session_id',
];

export function identityOf(line: LogLine): Identity | null {
  const fields = [...shownOf(line).fields, ...Object.entries(line.labels)];
  let best: Identity | null = null;
  let rank = names.length;
  for (const [name, value] of fields) {
    const at = names.indexOf(name.toLowerCase());
    if (at >= 0 && at < rank && value.length >= 3 && value.length < 200) [best, rank] = [{ name, value }, at];
  }
  if (best) return best;
  const inText = /\b(user[_-]?id[_:=-]?\s*[\w-]*\d[\w-]*)/i.exec(line.text.slice(0, 4000));
  return inText ? { name: '', value: inText[1]!.split(/[:=\s]+/).pop()! } : null;
}
