// What of a line would be hidden: the line in parts, of which some belong to a rule.

export interface Hit {
  /** Places in the line, as slice() has them. */
  begin: number;
  end: number;
  rule: string;
}
export interface Part {
  text: string;
  /** Empty: it stays. */
  rule: string;
}

/** Hits in the order of the line, without overlaps; what is beyond the line is left out. */
export function partsOf(line: string, hits: readonly Hit[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const add = (end: number, rule: string) => {
    if (end <= at) return;
    parts.push({ text: line.slice(at, end), rule });
    at = end;
  };
  for (const hit of hits) {
    add(Math.min(hit.begin, line.length), '');
    add(Math.min(hit.end, line.length), hit.rule);
  }
  add(line.length, '');
  return parts;
}
