// Which page is shown: its path in the address bar.

export const pages = ['overview', 'explore', 'journey', 'opening', 'services', 'alerts', 'settings'] as const;
export type Page = (typeof pages)[number];

export function pageOf(path: string): Page {
  const name = path.split('/')[1] ?? '';
  return (pages as readonly string[]).includes(name) ? (name as Page) : 'overview';
}

/** What stands behind the page in the path: /settings/users has "users". */
export function partOf(path: string): string {
  return path.split('/')[2] ?? '';
}

class Route {
  page = $state<Page>(pageOf(location.pathname));
  part = $state(partOf(location.pathname));
  search = $state(location.search);
  /** Grows when somebody goes to a page, so that the same page begins anew. */
  visit = $state(0);

  go(path: string): void {
    history.pushState(null, '', path);
    this.read();
  }
  read(): void {
    this.page = pageOf(location.pathname);
    this.part = partOf(location.pathname);
    this.search = location.search;
    this.visit++;
  }
  /** Back or forward: Explore takes another view of itself without beginning anew. */
  pop(): void {
    const stays = this.page === 'explore' && pageOf(location.pathname) === 'explore';
    if (stays) this.search = location.search;
    else this.read();
  }
  /** The same page in another state: a step back leads to the one before, unless it only puts this one right. */
  stay(search: string, step: boolean): void {
    if (search === location.search) return;
    history[step ? 'pushState' : 'replaceState'](null, '', location.pathname + search);
    this.search = search;
  }
}

export const route = new Route();

/** An address of Explore. */
export function exploreUrl(query: string, more: Record<string, string> = {}): string {
  return `/explore?${new URLSearchParams({ query, ...more })}`;
}

/** Lets a link change the page without loading it anew; other buttons and keys as usual. */
export function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = (event.target as Element).closest?.('a');
  if (
    !link ||
    link.target ||
    link.hasAttribute('download') ||
    link.pathname.startsWith('/api/') ||
    link.origin !== location.origin
  )
    return;
  event.preventDefault();
  route.go(link.pathname + link.search);
}
