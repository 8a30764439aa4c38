// Goes through the console and the account pages with a real browser: every page at three widths, in
// light and in dark, with axe and without; and the daily tasks, with scripts and without.
// Usage: node console.mjs ISSUER CHROMIUM FOLDER-FOR-SCREENSHOTS [PATH...]
// With paths, only these pages are looked at.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [issuer, executablePath, folder, ...only] = process.argv.slice(2);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'demo administrator pass phrase';
const LONGEST = 50 * 1024;

/** Every page that is looked at, by the name of its picture. A section adds its own. */
const PAGES = {
  overview: '/admin',
  organizations: '/admin/organizations',
  'organization-new': '/admin/organizations/new',
  organization: '/admin/organizations/acme',
  'organization-disable': '/admin/organizations/globex/disable',
  people: '/admin/people',
  'people-none': '/admin/people?name=nobody',
  'person-new': '/admin/people/new',
  person: '/admin/people/01900000-0000-7000-8000-00000000a11c',
  'person-edit': '/admin/people/01900000-0000-7000-8000-00000000a11c/edit',
  'person-password': '/admin/people/01900000-0000-7000-8000-00000000a11c/password',
  'person-delete': '/admin/people/01900000-0000-7000-8000-00000000a11c/delete',
  'person-give': '/admin/people/01900000-0000-7000-8000-00000000a11c/give',
  machines: '/admin/machines',
  applications: '/admin/applications',
  'applications-none': '/admin/applications?name=nobody',
  'application-choose': '/admin/applications/new',
  'application-new': '/admin/applications/new/web',
  'application-new-machine': '/admin/applications/new/machine',
  application: '/admin/applications/demo-confidential',
  'application-edit': '/admin/applications/demo-confidential/edit',
  'application-code': '/admin/applications/demo-confidential/code',
  'application-rotate': '/admin/applications/demo-confidential/rotate',
  'application-delete': '/admin/applications/demo-confidential/delete',
  'guide-library': '/admin/first-application',
  'guide-application': '/admin/first-application/node',
  'guide-code': '/admin/first-application/node/demo-confidential/code',
  'guide-sign-in': '/admin/first-application/node/demo-confidential/sign-in',
  tokens: '/admin/tokens',
  'token-new': '/admin/tokens/new',
  roles: '/admin/roles',
  'role-new': '/admin/roles/new',
  role: '/admin/roles/viewer',
  account: '/account',
  'account-email': '/account/email',
  'account-password': '/account/password',
  'account-sessions': '/account/sessions',
  'account-end-others': '/account/sessions/end-others',
  'account-applications': '/account/applications',
  'account-tokens': '/account/tokens',
  'account-token-new': '/account/tokens/new',
  'account-data': '/account/data',
  'account-language': '/account/language',
  apis: '/admin/apis',
  'api-new': '/admin/apis/new',
  rules: '/admin/rules',
  'rules-table': '/admin/rules/groups/Symbolon.Admin.v1.Rules',
  'rules-all': '/admin/rules/list',
  'rules-change': '/admin/rules/change?role=viewer&pattern=Symbolon.Admin.v1.Rules.Read&effect=allow',
  'rules-versions': '/admin/rules/versions',
  'rules-version': '/admin/rules/versions/1',
  why: '/admin/why?who=alice&organization=acme&scope=Symbolon.Admin.v1.Rules.Read',
  sessions: '/admin/sessions',
  'sessions-person': '/admin/sessions/01900000-0000-7000-8000-00000000a11c',
  keys: '/admin/keys',
  'keys-rotate': '/admin/keys/rotate',
  audit: '/admin/audit',
  style: '/admin/style',
  missing: '/admin/no-such-page',
};

const WIDTHS = [390, 1024, 1600];

async function arrive(browser, { width, scheme, scripts = true, locale = 'en' }) {
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
    javaScriptEnabled: scripts,
    locale,
    // axe is put into the page by the test; what the page itself may run is tested by its headers.
    bypassCSP: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

async function signIn(page, to = '/admin', name = 'admin', password = PASSWORD) {
  await page.goto(`${issuer}${to}`);
  await page.fill('#username', name);
  await page.fill('#password', password);
  await Promise.all([page.waitForURL((url) => url.pathname !== '/sign-in'), page.click('#sign-in')]);
}

/** What axe finds, each with the first place. */
async function axe(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} (${nodes[0].failureSummary})`);
}

async function lookAt(page, name, path, looks) {
  const answer = await page.goto(`${issuer}${path}`);
  const html = await answer.body();
  assert.ok(html.length < LONGEST, `${path} has ${html.length} bytes`);
  assert.ok(!/\sstyle=|<style|<script(?![^>]*src=)|\son[a-z]+=/.test(html.toString()), `${path} has inline code`);
  const policy = answer.headers()['content-security-policy'];
  assert.ok(policy.startsWith("default-src 'none'") && !policy.includes('unsafe'), `${path}: ${policy}`);
  await page.screenshot({ path: join(folder, `${name}-${looks}.png`), fullPage: true });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!sideways, `${path} at ${looks} is wider than the screen`);
  assert.deepEqual(await axe(page), [], `${path} at ${looks}`);
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const pages = only.length
    ? Object.fromEntries(only.map((path) => [path.replaceAll(/[^a-z0-9]+/gi, '-').slice(1), path]))
    : PAGES;
  for (const width of WIDTHS) {
    for (const scheme of ['light', 'dark']) {
      const page = await arrive(browser, { width, scheme });
      await signIn(page);
      for (const [name, path] of Object.entries(pages)) {
        await lookAt(page, name, path, `${width}-${scheme}`);
      }
      await page.context().close();
    }
  }
  console.log('console: all is well');
} finally {
  await browser.close();
}
