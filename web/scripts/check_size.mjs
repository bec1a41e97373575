// The first load must stay small: prints the compressed size of what index.html asks for and fails above the
// budget. Chunks that come later are listed beside it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const budget = 200 * 1024;
const dist = new URL('../dist/', import.meta.url).pathname;
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const size = (name) => gzipSync(readFileSync(join(dist, 'assets', name)), { level: 9 }).length;
const kB = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
let first = 0;
const later = [];
for (const name of readdirSync(join(dist, 'assets')).filter((n) => /\.(js|css)$/.test(n))) {
  if (html.includes(name)) first += size(name);
  else later.push(`${name.replace(/-[\w-]{8}\./, '.')} ${kB(size(name))}`);
}
console.log(`first load: ${kB(first)} of ${kB(budget)}; later: ${later.join(', ') || 'nothing'}`);
if (first > budget) process.exit(1);
