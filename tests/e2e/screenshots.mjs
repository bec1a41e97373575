// Two pages of the demo as pictures: node screenshots.mjs URL FOLDER
import { join } from 'node:path';
import { launchChromium, openPage, until } from './support.mjs';

const [url, folder] = process.argv.slice(2);
const browser = await launchChromium();
await until('the demo', async () => (await fetch(`${url}/ready`)).ok);
const counters = { 'payments completed': '결제가 완료되었습니다', 'payments failed': 'Payment failed' };
await fetch(`${url}/api/shared`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ put: Object.entries(counters).map(([name, text], i) => ({ kind: 'counters', item: { id: `c${i}`, name, query: `{service="ticket-server"} |= "${text}"` } })) }),
});
const shoot = async (name, path, what, theme, act) => {
  const { page, close } = await openPage(browser, url + path, { settings: { theme, zone: 'Asia/Seoul' }, viewport: { width: 1200, height: 640 } });
  await page.locator(what).first().waitFor();
  await page.waitForTimeout(8_000);
  await act?.(page);
  await page.screenshot({ path: join(folder, name) });
  await close();
};
await shoot('overview.png', '/overview', '.tile', 'light');
await shoot('explore.png', '/explore?live=1', '.row', 'dark', async (page) => {
  await page.keyboard.press('E');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1_000);
});
await browser.close();
