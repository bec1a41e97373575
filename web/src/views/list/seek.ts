// To the next line that somebody looks for: in the list, then by the server, where what the list holds ends.

import type { LogLine } from '../../model/log_line';
import { isSought, type Sought } from '../../model/seek';
import type { Gap } from '../../state/line_store';
import type { Moved } from './log_list';

/** What a list does for it. */
interface SoughtList {
  byTime(down: 1 | -1): 1 | -1;
  moveIn(direction: 1 | -1, wanted: (line: LogLine) => boolean, passed: ReadonlySet<number>): Moved;
}
/** Whether the server has such a line beyond what is held, or within a gap; the list holds it then. */
type Ask = (sought: Sought, direction: 1 | -1, within: Gap | null) => Promise<boolean>;

const mostTurns = 50;

export class Seeker {
  private busy = false;

  /** onAsk: the server is asked, which may take a while. */
  constructor(
    private readonly ask: Ask,
    private readonly onAsk: () => void,
  ) {}

  /** What came of it; asked: the server had to be. busy: the last look is not over. */
  async seek(
    list: SoughtList,
    sought: Sought,
    down: 1 | -1,
    hits: readonly string[],
  ): Promise<'found' | 'asked' | 'none' | 'busy'> {
    if (this.busy) return 'busy';
    this.busy = true;
    const direction = list.byTime(down);
    const passed = new Set<number>();
    try {
      // Each turn finds the line, rules a gap out, or holds more than before.
      for (let turn = 0; turn < mostTurns; turn++) {
        const moved = list.moveIn(direction, (line) => isSought(line, sought, hits), passed);
        if (moved === 'moved') return turn > 0 ? 'asked' : 'found';
        const within = moved === 'end' ? null : moved;
        this.onAsk();
        if (await this.ask(sought, direction, within)) continue;
        if (!within) return 'none';
        passed.add(within.id);
      }
      return 'asked';
    } finally {
      this.busy = false;
    }
  }
}
