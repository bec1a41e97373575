import { expect, test } from 'vitest';
import { wallGrid } from './wall';

test('all tiles have a place, as large as can be', () => {
  expect(wallGrid(20, 1920, 670)).toEqual({ columns: 5, rows: 4 });
  expect(wallGrid(3, 1920, 670)).toEqual({ columns: 3, rows: 1 });
  expect(wallGrid(3, 390, 500)).toEqual({ columns: 1, rows: 3 });
  expect(wallGrid(0, 800, 600)).toEqual({ columns: 1, rows: 1 });
  for (let n = 1; n < 60; n++) {
    const { columns, rows } = wallGrid(n, 1366, 480);
    expect(columns * rows).toBeGreaterThanOrEqual(n);
    expect(columns * (rows - 1)).toBeLessThan(n);
  }
});
