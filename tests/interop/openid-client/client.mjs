// Signs in at Symbolon with openid-client as it comes from its registry, as its README says.
// Usage: node client.mjs ISSUER
//        node client.mjs ISSUER PRIVATE_JWK: only the client `signer`, which authenticates with this key

import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Person } from './person.mjs';

const issuer = new URL(process.argv[2]);
const REDIRECT_URI = 'http://127.0.0.1:5556/callback';
const SIGNED_OUT_URI = 'http://127.0.0.1:5556/';
const ALICE = { username: 'alice', password: 'correct horse battery staple' };

/** The metadata of the issuer, for one of the clients of the demo state. */
async function discover(clientId, authentication, metadata = {}) {
  const config = await oidc.discovery(issuer, clientId, metadata, authentication, {
    // The issuer is a server on this machine, without TLS.
    execute: [oidc.allowInsecureRequests],
  });
  // Verifies the signatures of id tokens too, which a client may leave out (OIDC Core §3.1.3.7).
  oidc.enableNonRepudiationChecks(config);
  return config;
}

async function signIn(config, person, parameters = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const expectedNonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  });
  const callback = await person.visit(url, ALICE);
  const tokens = await oidc.authorizationCodeGrant(
    config,
    callback.method === 'GET' ? new URL(callback.url) : callback,
    { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, maxAge: parameters.max_age },
  );
  return { tokens, callback };
}

/** Everything that an application does between signing somebody in and out. */
async function useAndSignOut(config, person, tokens) {
  const claims = tokens.claims();
  assert.equal(claims.iss, config.serverMetadata().issuer);

  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(userinfo.preferred_username, 'alice');

  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
  assert.notEqual(refreshed.access_token, tokens.access_token);
  await oidc.fetchUserInfo(config, refreshed.access_token, claims.sub);

  const signOut = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: SIGNED_OUT_URI,
    state: 'signed out',
  });
  const back = new URL((await person.visit(signOut)).url);
  assert.equal(back.origin + back.pathname, SIGNED_OUT_URI);
  assert.equal(back.searchParams.get('state'), 'signed out');
  return refreshed;
}

/** The browser has no session any more: the issuer would have to show a page. */
async function expectSignedOut(config, person) {
  await assert.rejects(signIn(config, person, { prompt: 'none' }), { error: 'login_required' });
}

async function publicClient() {
  const config = await discover('demo-web', oidc.None());
  const person = new Person();
  const { tokens } = await signIn(config, person);
  // Once signed in, no page is shown again.
  await signIn(config, person, { prompt: 'none' });
  const refreshed = await useAndSignOut(config, person, tokens);
  await expectSignedOut(config, person);
  await oidc.tokenRevocation(config, refreshed.refresh_token, { token_type_hint: 'refresh_token' });
  await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' });
}

async function confidentialClient(authentication, parameters) {
  const config = await discover('demo-confidential', authentication('demo-confidential-secret'));
  const person = new Person();
  const { tokens, callback } = await signIn(config, person, parameters);
  assert.equal(callback.method, parameters.response_mode === 'form_post' ? 'POST' : 'GET');

  const active = await oidc.tokenIntrospection(config, tokens.access_token);
  assert.deepEqual([active.active, active.client_id], [true, 'demo-confidential']);
  const refreshed = await useAndSignOut(config, person, tokens);
  await oidc.tokenRevocation(config, refreshed.refresh_token);
  assert.equal((await oidc.tokenIntrospection(config, refreshed.refresh_token)).active, false);
}

async function machine() {
  const config = await discover('demo-machine', oidc.ClientSecretBasic('demo-machine-secret'));
  const tokens = await oidc.clientCredentialsGrant(config, { scope: 'openid' });
  assert.equal(tokens.token_type, 'bearer');
  assert.equal(tokens.id_token, undefined);
  assert.equal(tokens.expires_in, 43200);
}

/** private_key_jwt: every request to the issuer carries an assertion of its own. */
async function signingClient(jwk) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);
  const config = await discover('signer', oidc.PrivateKeyJwt({ key, kid: jwk.kid }));
  const person = new Person();
  const { tokens } = await signIn(config, person);
  const active = await oidc.tokenIntrospection(config, tokens.access_token);
  assert.deepEqual([active.active, active.client_id], [true, 'signer']);
  const refreshed = await useAndSignOut(config, person, tokens);
  await expectSignedOut(config, person);
  await oidc.tokenRevocation(config, refreshed.refresh_token);
  await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token), { error: 'invalid_grant' });

  const strange = await crypto.subtle.generateKey(algorithm, false, ['sign']);
  const stranger = await discover('signer', oidc.PrivateKeyJwt({ key: strange.privateKey, kid: jwk.kid }));
  await assert.rejects(signIn(stranger, new Person()), { error: 'invalid_client' });
}

const jwk = process.argv[3];
if (jwk) {
  await signingClient(JSON.parse(jwk));
} else {
  await publicClient();
  await confidentialClient(oidc.ClientSecretBasic, {});
  await confidentialClient(oidc.ClientSecretPost, { response_mode: 'form_post', max_age: 600 });
  await machine();
}
console.log('openid-client: all is well');
