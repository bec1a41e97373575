import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RowSlots } from './row_slots';

/** As much of an element as slots touch. */
class Element {
  children: Element[] = [];
  hidden = false;
  id = '';
  setAttribute() {}
  append(child: Element) {
    this.children = [...this.children.filter((one) => one !== child), child];
  }
  prepend(child: Element) {
    this.children = [child, ...this.children.filter((one) => one !== child)];
  }
  remove() {}
}

beforeEach(() => vi.stubGlobal('document', { createElement: () => new Element() }));
afterEach(() => vi.unstubAllGlobals());

test('the element of a row is found wherever the view went, and none for rows out of view', () => {
  for (const newestFirst of [false, true]) {
    const host = new Element();
    const slots = new RowSlots(host as unknown as HTMLElement);
    expect(slots.of(0)).toBeUndefined();
    for (const [first, count] of [
      [0, 4],
      [2, 4],
      [-3, 5],
      [100, 3],
      [98, 5],
      [0, 0],
      [7, 1],
    ] as const) {
      slots.assign(first, count, newestFirst);
      for (let seq = first - 6; seq < first + count + 6; seq++) {
        const inView = seq >= first && seq < first + count;
        expect(slots.of(seq)?.seq, `${seq} of ${first}+${count}`).toBe(inView ? seq : undefined);
      }
      const order = [...slots].map((slot) => slot.element as unknown);
      expect(newestFirst ? host.children.toReversed() : host.children).toEqual(order);
    }
  }
});
