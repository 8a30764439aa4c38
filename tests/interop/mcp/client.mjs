// Connects to an MCP server that Symbolon protects, with the SDK as it comes from its registry and with
// nothing but the address of that server: no client was made, no endpoint was configured.
// Usage: node client.mjs ISSUER PORT [CLIENT_METADATA_URL]

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { Person } from '../openid-client/person.mjs';

const [, , issuer, port, clientMetadataUrl] = process.argv;
const RESOURCE = `http://127.0.0.1:${port}/mcp`;
const REDIRECT_URI = 'http://127.0.0.1:5556/callback';
const ALICE = { username: 'alice', password: 'correct horse battery staple' };

/** What the client asked for, by address. */
const asked = [];
const told = async (url, options) => {
  asked.push(`${options?.method ?? 'GET'} ${url}`);
  return fetch(url, options);
};

/** An MCP server with one tool. It has no authorization code: it asks Symbolon about every request. */
async function resource() {
  const listener = createServer(async (request, response) => {
    const question = new URL('/access/v1/forward-auth', issuer);
    question.searchParams.set('audience', RESOURCE);
    const headers = { 'x-original-method': request.method, 'x-original-uri': request.url };
    if (request.headers.authorization) headers.authorization = request.headers.authorization;
    const answer = await fetch(question, { headers });
    if (answer.status !== 200) {
      const challenge = answer.headers.get('www-authenticate');
      response.writeHead(answer.status, challenge ? { 'www-authenticate': challenge } : {});
      response.end(await answer.text());
      return;
    }
    const server = new McpServer({ name: 'tiny', version: '1' });
    const subject = answer.headers.get('x-auth-subject');
    server.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: subject }] }));
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.on('close', () => transport.close());
    await server.connect(transport);
    await transport.handleRequest(request, response);
  });
  await new Promise((done) => listener.listen(Number(port), '127.0.0.1', done));
  return listener;
}

/** What an application remembers between two visits. */
class Memory {
  kept = {};
  clientMetadataUrl = clientMetadataUrl;
  redirectUrl = REDIRECT_URI;
  clientMetadata = {
    client_name: 'An MCP client',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  state = () => 'a state';
  clientInformation = () => this.kept.client;
  saveClientInformation = (client) => { this.kept.client = client; };
  tokens = () => this.kept.tokens;
  saveTokens = (tokens) => { this.kept.tokens = tokens; };
  redirectToAuthorization = (url) => { this.kept.url = url; };
  saveCodeVerifier = (verifier) => { this.kept.verifier = verifier; };
  codeVerifier = () => this.kept.verifier;
}

const listener = await resource();
const memory = new Memory();
const transport = () => new StreamableHTTPClientTransport(new URL(RESOURCE), { authProvider: memory, fetch: told });

// Nobody has a token yet: the SDK finds its way to the page where a person signs in.
const first = transport();
const client = new Client({ name: 'interop', version: '1' });
await assert.rejects(client.connect(first), UnauthorizedError);
const { url } = memory.kept;
assert.equal(url.origin, new URL(issuer).origin);
assert.equal(url.searchParams.get('resource'), RESOURCE);
assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
if (clientMetadataUrl) {
  assert.equal(url.searchParams.get('client_id'), clientMetadataUrl);
  assert.ok(!asked.some((one) => one.includes('/register')), asked.join('\n'));
} else {
  assert.equal(url.searchParams.get('client_id'), memory.kept.client.client_id);
  assert.ok(asked.includes(`POST ${issuer}/oauth/v2/register`), asked.join('\n'));
}
assert.ok(asked.some((one) => one.includes('/access/v1/resource-metadata?audience=')), asked.join('\n'));
assert.ok(asked.some((one) => one.includes('/.well-known/oauth-authorization-server')), asked.join('\n'));

// Alice signs in and allows it; the SDK redeems the code and calls the tool.
const callback = new URL((await new Person().visit(url, ALICE)).url);
assert.equal(callback.searchParams.get('iss'), issuer);
await first.finishAuth(callback.searchParams.get('code'));
await client.connect(transport());
const { content } = await client.callTool({ name: 'whoami' });
const says = JSON.parse(Buffer.from(memory.kept.tokens.access_token.split('.')[1], 'base64url'));
assert.deepEqual(content, [{ type: 'text', text: says.sub }]);
assert.deepEqual([says.aud].flat(), [RESOURCE]);
assert.equal(says.client_id, url.searchParams.get('client_id'));
await client.close();

// A token that is no longer good is refreshed without anybody being asked.
const before = memory.kept.tokens;
memory.kept.tokens = { ...before, access_token: `${before.access_token}x` };
const again = new Client({ name: 'interop', version: '1' });
await again.connect(transport());
assert.notEqual(memory.kept.tokens.refresh_token, before.refresh_token);
assert.deepEqual((await again.callTool({ name: 'whoami' })).content, content);
await again.close();

listener.close();
listener.closeAllConnections();
console.log('mcp: all is well');
