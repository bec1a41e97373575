import { expect, test } from 'vitest';
import { levels } from './level';
import { filteredLevels, levelFilter, toggleLevel } from './level_filter';

test('every choice of levels is read back from its own stage', () => {
  for (let set = 1; set < 2 ** levels.length - 1; set++) {
    const wanted = levels.filter((_, i) => set & (1 << i));
    expect(filteredLevels(`{a="b"} |= "x" | json${levelFilter(wanted)} | c="d"`)).toEqual(wanted);
  }
});

test('a level is added beside the others and taken away again', () => {
  const one = toggleLevel('{a="b"}', 'error');
  expect(one).toBe('{a="b"} | level=~"(?i)(error|err)" or (level="" and detected_level=~"(?i)(error|err)")');
  const two = toggleLevel(`${one} | json`, 'other');
  expect(filteredLevels(two)).toEqual(['error', 'other']);
  expect(toggleLevel(toggleLevel(two, 'error'), 'other')).toBe('{a="b"} | json');
  expect(levels.reduce(toggleLevel, '{a="b"}')).toBe('{a="b"}');
});

test('stages of others are none of ours', () => {
  for (const stage of ['level="error"', 'level=~"(?i)(error)"', 'detected_level="error"', 'level=~"(?i)()"'])
    expect(filteredLevels(`{a="b"} | ${stage}`)).toBeNull();
  expect(toggleLevel('{a="b"} | level="error"', 'warn')).toContain('{a="b"} | level="error" | level=~');
});
