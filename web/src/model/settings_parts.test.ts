import { expect, test } from 'vitest';
import staticFiles from '../../../lib/server/transport/static_files.cc?raw';
import { pathOfPart, settingsParts } from './settings_parts';

test('the server answers each address with the page', () => {
  for (const { part } of settingsParts) expect(staticFiles).toContain(`"${pathOfPart(part)}"`);
});
