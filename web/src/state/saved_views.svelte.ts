// Views with a name: one's own in this browser, the team's on the server, where the role may change them.

import { newId, shared } from './shared.svelte';

export interface SavedView {
  name: string;
  /** What stands behind ? in the address, with it. */
  search: string;
  /** The server's; undefined: this browser's. */
  id?: string;
}

const storageKey = 'logsvc.views';

function load(): SavedView[] {
  try {
    const held = JSON.parse(localStorage.getItem(storageKey) ?? '[]') as unknown;
    return Array.isArray(held)
      ? held.filter((v): v is SavedView => typeof v?.name === 'string' && typeof v?.search === 'string')
      : [];
  } catch {
    return [];
  }
}

class SavedViews {
  own = $state<SavedView[]>(load());
  ofTeam = $derived<SavedView[]>(shared.state.views);
  list = $derived([...this.ofTeam, ...this.own]);

  /** One of the same name, and as personal, is replaced. */
  async save(name: string, search: string, forAll: boolean): Promise<boolean> {
    if (!forAll) {
      this.own = [...this.own.filter((v) => v.name !== name), { name, search }].sort((a, b) =>
        a.name.localeCompare(b.name),
      );
      this.keep();
      return true;
    }
    const id = this.ofTeam.find((v) => v.name === name)?.id ?? newId();
    return shared.change({ put: [{ kind: 'views', item: { id, name, search } }] });
  }
  /** One's own view becomes the team's. */
  async share(view: SavedView): Promise<void> {
    if (view.id || !(await this.save(view.name, view.search, true))) return;
    this.remove(view);
  }
  remove(view: SavedView): void {
    if (view.id) return void shared.change({ remove: [{ kind: 'views', id: view.id }] });
    this.own = this.own.filter((v) => v.name !== view.name);
    this.keep();
  }
  private keep(): void {
    localStorage.setItem(storageKey, JSON.stringify(this.own));
  }
}

export const savedViews = new SavedViews();
