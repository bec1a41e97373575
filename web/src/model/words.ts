// Words or LogQL: one rule for the page and for `logsvc query` (lib/client/words.cc); tests/words/words_or_logql.txt has
// the cases of both. LogQL is what has a selector, {name="…"}, with nothing before it but what may stand there in
// LogQL, or is arithmetic; all else is words, whatever brackets are in it.

const functions = new Set(
  (
    'count_over_time rate rate_counter bytes_over_time bytes_rate avg_over_time sum_over_time min_over_time max_over_time stdvar_over_time ' +
    'stddev_over_time quantile_over_time first_over_time last_over_time absent_over_time sum avg max min count stddev stdvar bottomk topk ' +
    'approx_topk sort sort_desc vector label_replace'
  ).split(' '),
);
const grouping = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const words = new Set(['and', 'or', 'unless', 'bool']);

const blank = /(?:[ \t\r\n]+|#[^\n]*(?:\n|$))+/y;
const selector = /\{[ \t\r\n]*[A-Za-z_][A-Za-z0-9_]*[ \t\r\n]*(?:=~|!~|!=|=)[ \t\r\n]*["`]/y;
const emptySelector = /\{[ \t\r\n]*\}[ \t\r\n]*(?:[|!])/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_.])/y;
const operator = /==|!=|>=|<=|[-+*/%^><(),]/y;
const names = /[ \t\r\n]*\([ \t\r\n]*(?:[A-Za-z_][A-Za-z0-9_]*[ \t\r\n]*(?:,[ \t\r\n]*)?)*\)/y;
const opens = /[ \t\r\n]*\(/y;
const grouped = /[ \t\r\n]*(?:by|without)\b/iy;

function at(what: RegExp, text: string, from: number): string | null {
  what.lastIndex = from;
  return what.exec(text)?.[0] ?? null;
}

/** Where LogQL's first selector begins; -1: the text is no LogQL, or arithmetic. */
export function selectorAt(text: string): number {
  for (let i = 0; i < text.length;) {
    const skipped = at(blank, text, i);
    if (skipped) {
      i += skipped.length;
      continue;
    }
    if (at(selector, text, i) ?? at(emptySelector, text, i)) return i;
    const taken = at(number, text, i) ?? at(operator, text, i) ?? nameAt(text, i);
    if (!taken) return -1;
    i += taken.length;
  }
  return -1;
}

/** A name that LogQL has, with what must follow it. */
function nameAt(text: string, i: number): string | null {
  const word = at(name, text, i);
  if (!word) return null;
  const lower = word.toLowerCase();
  const end = i + word.length;
  if (functions.has(lower)) return (at(opens, text, end) ?? at(grouped, text, end)) ? word : null;
  if (grouping.has(lower)) {
    const listed = at(names, text, end);
    return listed && word + listed;
  }
  return words.has(lower) ? word : null;
}

/** Numbers and vectors with operators between them: 1 + 1, vector(1) * (2 - 3). */
export function isArithmetic(text: string): boolean {
  let operands = 0;
  let vectors = 0;
  let depth = 0;
  let wanted = true;
  const skip = (i: number) => i + (at(blank, text, i)?.length ?? 0);
  for (let i = skip(0); i < text.length; i = skip(i)) {
    if (wanted && text[i] === '(') depth++;
    else if (!wanted && text[i] === ')' && depth > 0) depth--;
    else {
      const found = wanted ? (at(number, text, i) ?? at(vector, text, i)) : at(between, text, i);
      if (!found) return false;
      if (wanted) operands++;
      if (found.startsWith('v')) vectors++;
      wanted = !wanted;
      i += found.length;
      continue;
    }
    i++;
  }
  return !wanted && depth === 0 && (operands > 1 || vectors > 0);
}
const vector = /vector[ \t\r\n]*\([ \t\r\n]*[0-9]+(?:\.[0-9]+)?[ \t\r\n]*\)/y;
const between = /[-+*/%^]/y;

export function isLogQL(text: string): boolean {
  return selectorAt(text) >= 0 || isArithmetic(text);
}
