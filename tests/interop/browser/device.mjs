// Connects a device with a real browser: types its code, wrong once, signs in, decides. On a phone and on
// a desk, in light and in dark, with scripts and without.
// Usage: node device.mjs ISSUER CHROMIUM FOLDER-FOR-SCREENSHOTS

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { brokenRules, focusShows } from './page_rules.mjs';

const [issuer, executablePath, folder] = process.argv.slice(2);
const PASSWORD = 'correct horse battery staple';
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** What a device that shows a code does. */
async function call(path, form) {
  const body = new URLSearchParams({ client_id: 'demo-device', ...form });
  return (await fetch(`${issuer}${path}`, { method: 'POST', body })).json();
}

const begin = () => call('/oauth/v2/device_authorization', { scope: 'openid profile email offline_access' });
const poll = (device) => call('/oauth/v2/token', { grant_type: GRANT, device_code: device.device_code });

/** Takes a picture of a page, and holds it against the rules. */
async function look_at(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, caret: 'initial' });
  assert.deepEqual(await brokenRules(page), [], `${name} breaks rules`);
}

async function visit(browser, { width, scheme, scripts }) {
  const look = `device-${width}-${scheme}${scripts ? '' : '-without-scripts'}`;
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 800 },
    colorScheme: scheme,
    javaScriptEnabled: scripts,
  });
  const page = await context.newPage();
  const device = await begin();

  await page.goto(device.verification_uri);
  await look_at(page, `${look}-1-code`);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'user-code');
  assert.ok(await focusShows(page));
  // The code of somebody else, and then the right one in small letters.
  await page.fill('#user-code', 'bbbb-bbbb');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#alert');
  await look_at(page, `${look}-2-wrong`);
  await page.fill('#user-code', device.user_code.toLowerCase().replace('-', ' '));
  await page.keyboard.press('Enter');
  await page.fill('#username', 'alice');
  await page.fill('#password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#allow');
  await look_at(page, `${look}-3-decision`);
  assert.equal(await page.textContent('#user-code'), device.user_code);
  await page.click('#allow');
  await page.waitForSelector('#what-happened');
  await look_at(page, `${look}-4-connected`);
  assert.equal((await poll(device)).token_type, 'Bearer');

  // The link with the code in it; whoever is signed in only decides, and says no.
  const other = await begin();
  await page.goto(other.verification_uri_complete);
  assert.equal(await page.inputValue('#user-code'), other.user_code);
  await look_at(page, `${look}-5-link`);
  await page.click('#continue');
  await page.click('#deny');
  await page.waitForSelector('#what-happened');
  await look_at(page, `${look}-6-denied`);
  assert.equal((await poll(other)).error, 'access_denied');
  await context.close();
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  await visit(browser, { width: 390, scheme: 'light', scripts: true });
  await visit(browser, { width: 390, scheme: 'dark', scripts: true });
  await visit(browser, { width: 1280, scheme: 'light', scripts: true });
  await visit(browser, { width: 1280, scheme: 'dark', scripts: false });
} finally {
  await browser.close();
}
console.log('device: all is well');
