// The client's side: a site that is called back, on a free port, to which the browser is led under
// the address that the demo clients are registered with.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

export const SITE = 'http://127.0.0.1:5556';
const REDIRECT_URI = `${SITE}/callback`;
const ID = 'demo-confidential';
const SECRET = 'demo-confidential-secret';

export class Client {
  #calls = [];
  #waiting = [];
  #metadata;
  #server;

  static async start(issuer) {
    const client = new Client();
    client.#metadata = await json(`${issuer}/.well-known/openid-configuration`);
    client.#server = createServer((request, response) => client.#answer(request, response));
    client.#server.listen(0, '127.0.0.1');
    await once(client.#server, 'listening');
    return client;
  }

  get port() {
    return this.#server.address().port;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** A new attempt to sign somebody in. */
  attempt(parameters = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const state = randomBytes(16).toString('base64url');
    const url = new URL(this.#metadata.authorization_endpoint);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: ID,
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email offline_access',
      state,
      nonce: state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return { url: url.href, state, verifier };
  }

  /** The next call to the client's site: its method and its parameters. */
  async call() {
    if (this.#calls.length > 0) return this.#calls.shift();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async redeem(code, verifier) {
    return json(this.#metadata.token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${ID}:${SECRET}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT_URI,
        code_verifier: verifier,
      }),
    });
  }

  async userinfo(accessToken) {
    const headers = { authorization: `Bearer ${accessToken}` };
    return json(this.#metadata.userinfo_endpoint, { headers });
  }

  signOutUrl(parameters) {
    const url = new URL(this.#metadata.end_session_endpoint);
    url.search = new URLSearchParams(parameters);
    return url.href;
  }

  async #answer(request, response) {
    const chunks = await request.toArray();
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><html lang="en"><title>The client</title><p>Back at the client.');
    const url = new URL(request.url, SITE);
    // A browser asks for an icon by itself.
    if (url.pathname === '/favicon.ico') return;
    const body = Buffer.concat(chunks).toString();
    const call = {
      method: request.method,
      path: url.pathname,
      parameters: Object.fromEntries(request.method === 'POST' ? new URLSearchParams(body) : url.searchParams),
    };
    const resolve = this.#waiting.shift();
    if (resolve) resolve(call);
    else this.#calls.push(call);
  }
}

async function json(url, options) {
  const response = await fetch(url, options);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
