// How the tiles of a wall screen share its room.

const targetShape = 2.2;
/** Pixels: a tile gets no higher. */
export const highestTile = 250;

export interface WallGrid {
  columns: number;
  rows: number;
}

/** The grid of n tiles in which they are largest, none much wider or higher than can be read. */
export function wallGrid(n: number, width: number, height: number): WallGrid {
  let best: WallGrid = { columns: 1, rows: Math.max(1, n) };
  let most = 0;
  for (let columns = 1; columns <= Math.max(1, n); columns++) {
    const rows = Math.ceil(Math.max(1, n) / columns);
    const size = Math.min(width / columns / targetShape, height / rows, highestTile);
    if (size >= most) [most, best] = [size, { columns, rows }];
  }
  return best;
}
