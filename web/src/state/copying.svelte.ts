// Copying, over plain http too, and what came of it: nothing says "Copied" that was not.

import { t } from './settings.svelte';

const shownMs = 2_000;

/** Over https by the browser's clipboard; over plain http there is none, and a hidden selection is copied. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused: the selection may still be allowed.
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement as HTMLElement | null;
  const selection = getSelection();
  const ranges = selection ? Array.from({ length: selection.rangeCount }, (_, i) => selection.getRangeAt(i)) : [];
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'copy-source';
  area.setAttribute('aria-hidden', 'true');
  document.body.append(area);
  try {
    area.select();
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    focused?.focus({ preventScroll: true });
    selection?.removeAllRanges();
    for (const range of ranges) selection?.addRange(range);
  }
}

/** What a button says for a moment after it did something. */
export class Copying {
  private last = $state<{ what: string; text: string } | null>(null);
  private timer = 0;

  async copy(text: string, what = ''): Promise<void> {
    this.say(t((await copyText(text)) ? 'copied' : 'copyFailed'), what);
  }
  say(text: string, what = ''): void {
    this.last = { what, text };
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.last = null), shownMs);
  }
  /** Empty: nothing was done a moment ago. */
  said(what = ''): string {
    return this.last?.what === what ? this.last.text : '';
  }
}
