// Queries that were run, newest last; kept in this browser.

const storageKey = 'logsvc.history';
const most = 100;

export function readHistory(): string[] {
  try {
    const held = JSON.parse(localStorage.getItem(storageKey) ?? '[]') as unknown;
    return Array.isArray(held) ? held.filter((q): q is string => typeof q === 'string') : [];
  } catch {
    return [];
  }
}

export function remember(query: string): void {
  if (query.trim() === '') return;
  const held = readHistory().filter((q) => q !== query);
  localStorage.setItem(storageKey, JSON.stringify([...held, query].slice(-most)));
}

/** Walks through earlier queries and back to what was being written. */
export class HistoryWalk {
  private at = -1;
  private draft = '';

  step(direction: 1 | -1, text: string): string | null {
    const queries = readHistory();
    if (this.at < 0) {
      if (direction > 0) return null;
      this.draft = text;
      this.at = queries.length;
    }
    const next = this.at + direction;
    if (next < 0 || next > queries.length) return null;
    this.at = next;
    if (next === queries.length) {
      this.at = -1;
      return this.draft;
    }
    return queries[next]!;
  }
  reset(): void {
    this.at = -1;
  }
}
