// The address under the mouse, in text that is never made a link.

const address = /https?:\/\/[^\s"'<>\\^`{|}]+/g;

/** The address in the text that covers the place. */
export function addressIn(text: string, place: number): string | null {
  for (const found of text.matchAll(address)) {
    const whole = found[0].replace(/[.,;:!?)\]]+$/, '');
    if (place >= found.index && place <= found.index + whole.length) return whole;
  }
  return null;
}

export function addressAt(x: number, y: number): string | null {
  const range = document.caretRangeFromPoint?.(x, y);
  if (!range || range.startContainer.nodeType !== Node.TEXT_NODE) return null;
  return addressIn(range.startContainer.textContent ?? '', range.startOffset);
}
