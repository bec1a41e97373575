// The first load must stay small: prints the compressed size of dist and fails above the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const budget = 200 * 1024;
const assets = new URL('../dist/assets/', import.meta.url).pathname;
const total = readdirSync(assets)
  .filter((name) => /\.(js|css)$/.test(name))
  .reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name)), { level: 9 }).length, 0);
console.log(`first load: ${(total / 1024).toFixed(1)} kB of ${budget / 1024} kB`);
if (total > budget) process.exit(1);
