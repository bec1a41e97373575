// The page's own modules, bundled, to be asked beside the real server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../web/node_modules/vite/dist/node/index.js';

const source = new URL('../../web/src/', import.meta.url).pathname;

/** What the named modules export, such as 'model/query'. */
export async function pageModel(...names) {
  const dir = mkdtempSync(join(tmpdir(), 'logsvc-page-'));
  try {
    writeFileSync(join(dir, 'entry.ts'), names.map((name) => `export * from ${JSON.stringify(join(source, name))};`).join('\n'));
    await build({
      configFile: false,
      logLevel: 'error',
      build: { outDir: join(dir, 'out'), target: 'es2022', lib: { entry: join(dir, 'entry.ts'), formats: ['es'], fileName: () => 'page.mjs' } },
    });
    return await import(pathToFileURL(join(dir, 'out', 'page.mjs')).href);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
