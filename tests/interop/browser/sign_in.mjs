// Signs in at Symbolon with a real browser, as a person does: types, presses Enter, gets the
// password wrong once, reads what is asked and decides. On a phone and on a desk, in light and in
// dark, with scripts and without.
// Usage: node sign_in.mjs ISSUER CHROMIUM FOLDER-FOR-SCREENSHOTS

import assert from 'node:assert/strict';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Client, SITE } from './client.mjs';
import { brokenRules, focusShows } from './page_rules.mjs';

const [issuer, executablePath, folder] = process.argv.slice(2);
const PASSWORD = 'correct horse battery staple';

/** Somebody at one kind of screen, with a browser of their own. */
class Visitor {
  #alarms = [];
  #taken = 0;

  static async arrive(browser, look) {
    const visitor = new Visitor();
    visitor.look = look;
    visitor.name = `${look.width}-${look.scheme}${look.scripts ? '' : '-without-scripts'}`;
    visitor.context = await browser.newContext({
      viewport: { width: look.width, height: look.width < 600 ? 844 : 800 },
      colorScheme: look.scheme,
      javaScriptEnabled: look.scripts,
    });
    visitor.page = await visitor.context.newPage();
    visitor.page.setDefaultTimeout(30_000);
    const note = (text) => visitor.#alarms.push(`${visitor.page.url()}: ${text}`);
    visitor.page.on('console', (message) => {
      // A policy violation is reported as an error too.
      if (['error', 'warning'].includes(message.type())) note(message.text());
    });
    visitor.page.on('pageerror', (error) => note(String(error)));
    visitor.page.on('requestfailed', (request) => {
      note(`${request.url()} failed: ${request.failure()?.errorText}`);
    });
    return visitor;
  }

  /** Looks at the page that is there: a picture of it, its rules, and what the browser minds. */
  async look_at(name, { status = 200 } = {}) {
    this.#taken += 1;
    const file = `${this.name}-${this.#taken}-${name}.png`;
    // A picture of what stays, not of a movement on the way there.
    await this.page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
    // Hiding the caret would write styles into the page, which the rules would find later.
    await this.page.screenshot({ path: join(folder, file), fullPage: true, caret: 'initial' });
    const broken = await brokenRules(this.page);
    assert.deepEqual(broken, [], `${this.name}: ${name} breaks rules`);
    this.expectNoAlarm(name, status);
  }

  /** A page that comes with a failing status makes the browser say so, and nothing else. */
  expectNoAlarm(name, status = 200) {
    const expected = `the server responded with a status of ${status}`;
    const alarms = this.#alarms.splice(0);
    const others = alarms.filter((alarm) => status < 400 || !alarm.includes(expected));
    assert.deepEqual(others, [], `${this.name}: the browser minds something about ${name}`);
  }
}

async function signIn(visitor, client, parameters, decision) {
  const { page, look } = visitor;
  const posts = parameters.response_mode === 'form_post';
  const attempt = client.attempt(parameters);
  await page.goto(attempt.url);
  await page.locator('[name=username]:focus').waitFor();
  assert.ok(await focusShows(page), 'one cannot see where the focus is');
  await visitor.look_at('sign-in');

  // By the keyboard alone: the focus is where one starts.
  await page.keyboard.type('alice');
  await page.keyboard.press('Tab');
  await page.locator('[name=password]:focus').waitFor();
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  const alert = page.getByRole('alert');
  await alert.waitFor();
  await visitor.look_at('wrong-password', { status: 401 });
  assert.equal(await page.locator('[name=username]').inputValue(), 'alice', 'the name is kept');
  assert.equal(await page.locator('[name=password]').inputValue(), '', 'the password is not');

  await page.locator('[name=password]').pressSequentially(PASSWORD);
  await page.keyboard.press('Enter');
  const decide = page.locator(`[name=decision][value=${decision}]`);
  await decide.waitFor();
  await visitor.look_at('consent');
  const called = client.call();
  await decide.click();

  if (posts && !look.scripts) {
    const go_on = page.locator('form button');
    await go_on.waitFor();
    await visitor.look_at('form-post');
    await go_on.click();
  }
  const call = await called;
  await page.waitForURL(`${SITE}/callback**`);
  visitor.expectNoAlarm('the way to the client');

  assert.equal(call.path, '/callback');
  assert.equal(call.method, posts ? 'POST' : 'GET');
  assert.equal(call.parameters.state, attempt.state);
  assert.equal(call.parameters.iss, issuer);
  if (decision === 'deny') {
    assert.equal(call.parameters.error, 'access_denied');
    assert.equal(call.parameters.code, undefined);
    return undefined;
  }
  const tokens = await client.redeem(call.parameters.code, attempt.verifier);
  const person = await client.userinfo(tokens.access_token);
  assert.equal(person.preferred_username, 'alice');
  return tokens;
}

/** Signed in already: nothing is asked, and one can take another account. */
async function comeBack(visitor, client) {
  const { page } = visitor;
  const called = client.call();
  await page.goto(client.attempt().url);
  assert.ok((await called).parameters.code, 'no page is shown to somebody who is signed in');

  const attempt = client.attempt({ prompt: 'select_account' });
  await page.goto(attempt.url);
  const account = page.locator('[name=account]').filter({ hasText: 'alice' });
  await account.waitFor();
  await visitor.look_at('choose-account');
  const chosen = client.call();
  await account.click();
  assert.equal((await chosen).parameters.state, attempt.state);
  await page.waitForURL(`${SITE}/callback**`);
}

async function signOut(visitor, client, tokens) {
  const { page } = visitor;
  // Without a hint anybody could have sent the browser here: so it asks.
  await page.goto(client.signOutUrl({}));
  const leave = page.locator('[name=decision][value=sign_out]');
  await leave.waitFor();
  await visitor.look_at('sign-out');
  await leave.click();
  await leave.waitFor({ state: 'detached' });
  await visitor.look_at('signed-out');

  // With one, it comes straight back.
  const called = client.call();
  await page.goto(
    client.signOutUrl({
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: `${SITE}/`,
      state: 'gone',
    }),
  );
  assert.deepEqual((await called).parameters, { state: 'gone' });
}

async function meetErrors(visitor, client) {
  const { page } = visitor;
  const response = await page.goto(client.attempt({ redirect_uri: 'https://evil.example/' }).url);
  assert.equal(response.status(), 400);
  await visitor.look_at('error', { status: 400 });
  const missing = await page.goto(`${issuer}/no-such-page`);
  assert.equal(missing.status(), 404);
  visitor.expectNoAlarm('a page that does not exist', 404);
}

const looks = [];
for (const width of [390, 1280]) {
  for (const scheme of ['light', 'dark']) {
    for (const scripts of [true, false]) looks.push({ width, scheme, scripts });
  }
}

await mkdir(folder, { recursive: true });
for (const file of await readdir(folder)) {
  if (file.endsWith('.png')) await unlink(join(folder, file));
}
const client = await Client.start(issuer);
const browser = await chromium.launch({
  executablePath,
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Leads the browser to the client's port of this run: the registered one may be taken.
    `--host-resolver-rules=MAP 127.0.0.1:5556 127.0.0.1:${client.port}`,
  ],
});
try {
  for (const [index, look] of looks.entries()) {
    const visitor = await Visitor.arrive(browser, look);
    const parameters = {};
    // What alice has allowed once is not asked again, unless the client wants it to be.
    if (index > 0) parameters.prompt = 'consent';
    if (index % 4 > 1) parameters.response_mode = 'form_post';
    const tokens = await signIn(visitor, client, parameters, 'allow');
    await comeBack(visitor, client);
    await signOut(visitor, client, tokens);
    await meetErrors(visitor, client);
    await visitor.context.close();
  }
  const denier = await Visitor.arrive(browser, { width: 800, scheme: 'light', scripts: true });
  await signIn(denier, client, { prompt: 'consent' }, 'deny');
} finally {
  await browser.close();
  client.stop();
}
console.log('browser: all is well');
