import { expect, test } from 'vitest';
import table from '../../../tests/words/words_or_logql.txt?raw';
import { isLogQL } from './words';

const cases = table
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => [line.slice(line.indexOf(' ') + 1), line.split(' ')[0]!] as const);

test.each(cases)('%s is %s', (written, kind) => {
  expect(isLogQL((JSON.parse(written) as string).trim()) ? 'logql' : 'words').toBe(kind);
});
