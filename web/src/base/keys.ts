// Keys without a modifier: not while somebody writes, nor while an input method composes a letter.

export function isTyping(event: KeyboardEvent): boolean {
  // The editor lives in a shadow root: the path has what is really written in.
  const target = event.composedPath()[0] as HTMLElement | null;
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true;
  return !!target && (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || target.isContentEditable);
}

const patienceMs = 1_000;

/** Two keys one after the other, such as g then e. */
export class KeySequence {
  private since = -Infinity;

  constructor(private readonly first: string) {}

  /** The second key, if this is one. */
  press(event: { key: string; timeStamp: number }): string | null {
    const second = event.timeStamp - this.since < patienceMs;
    this.since = event.key === this.first && !second ? event.timeStamp : -Infinity;
    return second ? event.key : null;
  }
}
