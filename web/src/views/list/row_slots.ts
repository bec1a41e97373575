// The elements of the rows in view, which are used again for others.

export interface Slot {
  element: HTMLElement;
  /** Number of the row that it shows; NaN: none yet. */
  seq: number;
  /** Of what it was filled with; empty: it has to be filled. */
  key: string;
}

let nextElement = 1;

export class RowSlots {
  private slots: Slot[] = [];

  constructor(private readonly host: HTMLElement) {}

  get length(): number {
    return this.slots.length;
  }
  [Symbol.iterator](): Iterator<Slot> {
    return this.slots[Symbol.iterator]();
  }
  /** Of the row with the number, if it is in view. */
  of(seq: number): Slot | undefined {
    // They stand in the order of rows, without holes.
    const slot = this.slots[seq - (this.slots[0]?.seq ?? 0)];
    return slot && !slot.element.hidden ? slot : undefined;
  }

  /** Gives each of the rows from a number on an element; these stay in the order of rows, so that selected text does. */
  assign(firstSeq: number, count: number, newestFirst: boolean): void {
    const placeLast = (element: HTMLElement) => (newestFirst ? this.host.prepend(element) : this.host.append(element));
    const placeFirst = (element: HTMLElement) => (newestFirst ? this.host.append(element) : this.host.prepend(element));
    while (this.slots.length < count) {
      const element = document.createElement('div');
      element.setAttribute('role', 'option');
      element.id = `line-${nextElement++}`;
      placeLast(element);
      this.slots.push({ element, seq: NaN, key: '' });
    }
    const n = this.slots.length;
    // Rows that went out at one end come in at the other.
    for (let i = 0; i < n && this.slots[0]!.seq < firstSeq && this.slots[n - 1]!.seq >= firstSeq; i++) {
      const slot = this.slots.shift()!;
      placeLast(slot.element);
      this.slots.push({ ...slot, seq: this.slots[n - 2]!.seq + 1, key: '' });
    }
    for (let i = 0; i < n && this.slots[0]!.seq > firstSeq && this.slots[0]!.seq <= firstSeq + n; i++) {
      const slot = this.slots.pop()!;
      placeFirst(slot.element);
      this.slots.unshift({ ...slot, seq: this.slots[0]!.seq - 1, key: '' });
    }
    this.slots.forEach((slot, i) => {
      if (slot.seq !== firstSeq + i) [slot.seq, slot.key] = [firstSeq + i, ''];
      slot.element.hidden = i >= count;
    });
  }

  clear(): void {
    for (const slot of this.slots) slot.element.remove();
    this.slots = [];
  }
}
