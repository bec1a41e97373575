// Views with a name, kept in this browser.

export interface SavedView {
  name: string;
  /** What stands behind ? in the address. */
  search: string;
}

const storageKey = 'logsvc.views';

function load(): SavedView[] {
  try {
    const held = JSON.parse(localStorage.getItem(storageKey) ?? '[]') as unknown;
    return Array.isArray(held) ? held.filter((v): v is SavedView => typeof v?.name === 'string' && typeof v?.search === 'string') : [];
  } catch {
    return [];
  }
}

class SavedViews {
  list = $state<SavedView[]>(load());

  /** One of the same name is replaced. */
  save(name: string, search: string): void {
    this.list = [...this.list.filter((v) => v.name !== name), { name, search }].sort((a, b) => a.name.localeCompare(b.name));
    this.keep();
  }
  remove(name: string): void {
    this.list = this.list.filter((v) => v.name !== name);
    this.keep();
  }
  private keep(): void {
    localStorage.setItem(storageKey, JSON.stringify(this.list));
  }
}

export const savedViews = new SavedViews();
