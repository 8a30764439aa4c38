// Proofs of possession with openid-client, as its README says: in the code flow and in the flow of a
// device without a browser, at a server that asks for its nonces.
// Usage: node bound.mjs ISSUER

import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Person } from './person.mjs';

const issuer = new URL(process.argv[2]);
const ALICE = { username: 'alice', password: 'correct horse battery staple' };

async function discover(clientId) {
  return oidc.discovery(issuer, clientId, {}, oidc.None(), {
    // The issuer is a server on this machine, without TLS.
    execute: [oidc.allowInsecureRequests],
  });
}

/** What can be done with bound tokens, and what cannot. */
async function useBound(config, tokens, DPoP, thumbprint) {
  assert.equal(tokens.token_type, 'dpop');
  const says = JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url'));
  assert.equal(says.cnf.jkt, thumbprint);
  const { sub } = tokens.claims();
  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
  assert.equal(userinfo.sub, sub);
  await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, sub));
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  assert.equal(refreshed.token_type, 'dpop');
  await oidc.fetchUserInfo(config, refreshed.access_token, sub, { DPoP });
  await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' });
}

async function codeFlow(algorithm) {
  const config = await discover('demo-web');
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair(algorithm));
  const thumbprint = await DPoP.calculateThumbprint();
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: 'http://127.0.0.1:5556/callback',
    scope: 'openid offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    dpop_jkt: thumbprint,
  });
  const callback = await new Person().visit(url, ALICE);
  const checks = { pkceCodeVerifier, expectedState, idTokenExpected: true };
  const tokens = await oidc.authorizationCodeGrant(config, new URL(callback.url), checks, undefined, { DPoP });
  await useBound(config, tokens, DPoP, thumbprint);
}

async function deviceFlow() {
  const config = await discover('demo-device');
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid offline_access' });
  assert.equal(new URL(device.verification_uri).pathname, '/device');
  // It begins to ask before anybody has typed anything.
  const polling = oidc.pollDeviceAuthorizationGrant(config, device, undefined, { DPoP });
  const person = new Person();
  await person.visit(device.verification_uri_complete, { ...ALICE, userCode: device.user_code });
  const tokens = await polling;
  await useBound(config, tokens, DPoP, await DPoP.calculateThumbprint());
}

await codeFlow('ES256');
await codeFlow('PS256');
await deviceFlow();
console.log('openid-client: all is bound');
