// Regular expressions as text.

export function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What escapeRegex made the expression of; null: it is more than one text. */
export function literalOf(regex: string): string | null {
  const text = regex.replace(/\\([.*+?^${}()|[\]\\])/g, '$1');
  return escapeRegex(text) === regex ? text : null;
}

/** The alternatives of an expression, as they are written. */
export function alternatives(regex: string): string[] {
  const out = [''];
  let depth = 0;
  for (const [piece] of regex.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])+\]|[^]/g)) {
    if (piece === '|' && depth === 0) {
      out.push('');
      continue;
    }
    if (piece === '(') depth++;
    else if (piece === ')') depth--;
    out[out.length - 1] += piece;
  }
  return out;
}
