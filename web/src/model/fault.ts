import { escapeRegex } from './regex';
import { quote } from './query';

/** A query for the lines of a fault: the longest text of its masked message that never varies. */
export function faultQuery(fault: { masked: string; services: string[] }, label = 'service_name'): string {
  const parts = fault.masked.split(/<n>|<id>|<text>/).map((part) => part.trim());
  const longest = parts.reduce((a, b) => (b.length > a.length ? b : a), '');
  const selector =
    fault.services.length > 0 ? `{${label}=~${quote(fault.services.map(escapeRegex).join('|'))}}` : `{${label}=~".+"}`;
  return longest ? `${selector} |= ${quote(longest)}` : selector;
}
