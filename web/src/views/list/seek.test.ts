import { expect, test } from 'vitest';
import { makeLine, type LogLine } from '../../model/log_line';
import { isGap, makeGap, type Gap, type Row } from '../../state/line_store';
import { Seeker } from './seek';

const line = (level: string): LogLine => makeLine('1700000000000000000', level, { level });

/** Rows with a selection, as the list has them; oldest first. */
class Rows {
  selected: number;
  constructor(readonly rows: Row[]) {
    this.selected = rows.length;
  }
  byTime = (down: 1 | -1) => down;
  moveIn(direction: 1 | -1, wanted: (line: LogLine) => boolean, passed: ReadonlySet<number>) {
    for (let i = this.selected + direction; i >= 0 && i < this.rows.length; i += direction) {
      const row = this.rows[i]!;
      if (isGap(row) && !passed.has(row.id)) return row;
      if (isGap(row) || !wanted(row)) continue;
      this.selected = i;
      return 'moved' as const;
    }
    return 'end' as const;
  }
}

test('what the list holds is found without the server', async () => {
  const list = new Rows([line('error'), line('info'), line('error'), line('info')]);
  const seeker = new Seeker(
    () => expect.fail('asked'),
    () => {},
  );
  expect(await seeker.seek(list, 'error', -1, [])).toBe('found');
  expect(list.selected).toBe(2);
  expect(await seeker.seek(list, 'error', -1, [])).toBe('found');
  expect(list.selected).toBe(0);
});

test('a gap without such a line is passed, one with it is filled, and beyond the end older lines are asked for', async () => {
  const empty = makeGap(5, '1', '2');
  const full = makeGap(5, '3', '4');
  const list = new Rows([line('info'), full, line('info'), empty, line('info')]);
  const asked: (Gap | null)[] = [];
  let toldThatAsked = 0;
  const seeker = new Seeker(
    async (_sought, _direction, within) => {
      asked.push(within);
      if (within === full) list.rows.splice(1, 1, line('warn'));
      return within === full;
    },
    () => toldThatAsked++,
  );
  expect(await seeker.seek(list, 'warn', -1, [])).toBe('asked');
  expect(asked).toEqual([empty, full]);
  expect(list.rows[list.selected]).toMatchObject({ level: 'warn' });
  expect(await seeker.seek(list, 'warn', -1, [])).toBe('none');
  expect(asked).toEqual([empty, full, null]);
  expect(toldThatAsked).toBe(3);
});

test('one look at a time', async () => {
  let answer: (found: boolean) => void = () => {};
  const seeker = new Seeker(
    () => new Promise((done) => (answer = done)),
    () => {},
  );
  const list = new Rows([]);
  const first = seeker.seek(list, 'error', -1, []);
  expect(await seeker.seek(list, 'error', -1, [])).toBe('busy');
  answer(false);
  expect(await first).toBe('none');
  void seeker.seek(list, 'error', -1, []);
});
