// A person with a browser that has no window: keeps cookies, answers the pages of the sign-in, and
// stops at the redirect to the client, where nobody listens.

const LONGEST_WALK = 20;

/** Reads the first form that is posted: its address, its hidden inputs, the names of the others. */
function formOf(html, base) {
  const form = /<form\b([^>]*)>(.*?)<\/form>/gis;
  for (const [, attributes, content] of html.matchAll(form)) {
    if (attribute(attributes, 'method')?.toLowerCase() !== 'post') continue;
    const hidden = new URLSearchParams();
    const names = new Set();
    for (const [, input] of content.matchAll(/<input\b([^>]*)>/gi)) {
      const name = attribute(input, 'name');
      if (attribute(input, 'type') === 'hidden') hidden.append(name, attribute(input, 'value') ?? '');
      else names.add(name);
    }
    for (const [, button] of content.matchAll(/<button\b([^>]*)>/gi)) {
      names.add(`${attribute(button, 'name')}=${attribute(button, 'value')}`);
    }
    return { action: new URL(attribute(attributes, 'action') ?? '', base), hidden, names };
  }
  return undefined;
}

function attribute(tag, name) {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag);
  return found ? unescape(found[1] ?? found[2] ?? found[3]) : undefined;
}

function unescape(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return named[name] ?? whole;
    return String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal));
  });
}

export class Person {
  #cookies = new Map();

  /**
   * Opens an address and answers what is asked. Resolves to the request that the browser would send
   * to the client: a GET with the parameters in the query, or a POST of a form. With a `userCode`, which
   * is typed where a device's code is asked for, it resolves to the last page.
   */
  async visit(start, { username, password, userCode } = {}) {
    let page = await this.#send(start);
    const home = new URL(start).origin;
    for (let step = 0; step < LONGEST_WALK; step += 1) {
      if (page.redirect) {
        if (page.redirect.origin !== home) return new Request(page.redirect);
        page = await this.#send(page.redirect);
        continue;
      }
      const form = formOf(page.text, page.url);
      if (page.ok && !form && userCode) return page;
      if (!page.ok || !form) throw new Error(`stuck at ${page.url} (${page.status}):\n${page.text}`);
      if (form.action.origin !== home) {
        return new Request(form.action, { method: 'POST', body: form.hidden });
      }
      if (form.names.has('password')) {
        form.hidden.append('username', username);
        form.hidden.append('password', password);
      } else if (userCode && form.names.has('user_code')) {
        form.hidden.append('user_code', userCode);
      } else if (form.names.has('decision=allow')) {
        form.hidden.append('decision', 'allow');
      } else {
        throw new Error(`no answer to the form at ${page.url}:\n${page.text}`);
      }
      page = await this.#send(form.action, form.hidden);
    }
    throw new Error(`${LONGEST_WALK} steps and no end, the last at ${page.url}`);
  }

  async #send(url, form) {
    const headers = { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') };
    if (form) headers.origin = new URL(url).origin;
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form,
      headers,
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair, ...attributes] = cookie.split(';');
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const expired = attributes.some((text) => /^\s*max-age=0\s*$/i.test(text));
      if (expired) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    return {
      ok: response.ok,
      redirect: location === null ? undefined : new URL(location, url),
      status: response.status,
      text: await response.text(),
      url,
    };
  }
}
