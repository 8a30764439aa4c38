"""Signs in at Symbolon with Authlib as it comes from its registry.

Usage: python client.py ISSUER
"""

import html.parser
import os
import sys
from urllib.parse import parse_qs, urlsplit

# Read by Authlib: the issuer is a server on this machine, without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2 import rfc9207
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet

REDIRECT_URI = "http://127.0.0.1:5556/callback"
SIGNED_OUT_URI = "http://127.0.0.1:5556/"
TIMEOUT = 60
LONGEST_WALK = 20


class Form(html.parser.HTMLParser):
    """The first form of a page that is posted."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.names, self.inside = None, {}, set(), False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None and attributes.get("method", "").lower() == "post":
            self.action, self.inside = attributes.get("action", ""), True
        elif self.inside and tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes.get("value", "")
        elif self.inside and tag == "input":
            self.names.add(attributes.get("name"))
        elif self.inside and tag == "button":
            self.names.add((attributes.get("name"), attributes.get("value")))

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False


class Person:
    """Somebody with a browser that has no window, and that stops at the redirect to the client."""

    def __init__(self):
        self.browser = requests.Session()
        self.browser.trust_env = False

    def visit(self, url, username=None, password=None):
        """Opens an address and answers what is asked. Returns the client's address with all that
        the browser would carry there."""
        home = origin(url)
        response = self.browser.get(url, allow_redirects=False, timeout=TIMEOUT)
        for _ in range(LONGEST_WALK):
            if response.is_redirect:
                target = requests.compat.urljoin(response.url, response.headers["location"])
                if origin(target) != home:
                    return target
                response = self.browser.get(target, allow_redirects=False, timeout=TIMEOUT)
                continue
            form = Form(response.text)
            if not response.ok or form.action is None:
                raise AssertionError(f"stuck at {response.url} ({response.status_code}):\n{response.text}")
            if "password" in form.names:
                form.fields |= {"username": username, "password": password}
            elif ("decision", "allow") in form.names:
                form.fields["decision"] = "allow"
            else:
                raise AssertionError(f"no answer to the form at {response.url}:\n{response.text}")
            response = self.browser.post(
                requests.compat.urljoin(response.url, form.action),
                data=form.fields,
                headers={"Origin": home},
                allow_redirects=False,
                timeout=TIMEOUT,
            )
        raise AssertionError(f"{LONGEST_WALK} steps and no end, the last at {response.url}")


def origin(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def parameters(url):
    """The parameters of a query, none of which may come twice."""
    values = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(value) == 1 for value in values.values()), url
    return {name: value[0] for name, value in values.items()}


def discover(issuer):
    answer = requests.get(get_well_known_url(issuer, external=True), timeout=TIMEOUT)
    answer.raise_for_status()
    metadata = OpenIDProviderMetadata(answer.json())
    # Checks every member by the rules of OpenID Connect Discovery, RFC 8414 and RFC 9207.
    metadata.validate(metadata_classes=[OpenIDProviderMetadata, rfc9207.AuthorizationServerMetadata])
    assert metadata["issuer"] == issuer, metadata
    return metadata


def client(metadata, client_id, client_secret=None, method=None):
    session = OAuth2Session(
        client_id,
        client_secret,
        scope="openid profile email offline_access",
        redirect_uri=REDIRECT_URI,
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        default_timeout=TIMEOUT,
    )
    session.trust_env = False
    return session


def sign_in(metadata, session, person, username, password, **extra):
    verifier, nonce = generate_token(64), generate_token()
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **extra
    )
    callback = person.visit(url, username, password)
    assert callback.startswith(REDIRECT_URI + "?"), callback
    answer = parameters(callback)
    assert answer["iss"] == metadata["issuer"], answer
    assert answer["state"] == state, answer
    if "error" in answer:
        raise OAuthError(answer["error"], answer.get("error_description"))
    token = session.fetch_token(authorization_response=callback, state=state, code_verifier=verifier)
    return token, read_id_token(metadata, session, token, nonce)


def read_id_token(metadata, session, token, nonce):
    """Verifies the id token's signature and claims. Returns the claims."""
    keys = requests.get(metadata["jwks_uri"], timeout=TIMEOUT)
    keys.raise_for_status()
    algorithms = metadata["id_token_signing_alg_values_supported"]
    read = jwt.decode(token["id_token"], KeySet.import_key_set(keys.json()), algorithms=algorithms)
    claims = CodeIDToken(
        read.claims,
        read.header,
        options={
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": session.client_id},
        },
        params={
            "nonce": nonce,
            "client_id": session.client_id,
            "access_token": token["access_token"],
        },
    )
    claims.validate()
    return claims


def whole_life(metadata, session, username, password):
    """From signing in to signing out."""
    person = Person()
    token, claims = sign_in(metadata, session, person, username, password)

    userinfo = session.get(metadata["userinfo_endpoint"])
    userinfo.raise_for_status()
    assert userinfo.json()["sub"] == claims["sub"], userinfo.text
    assert userinfo.json()["preferred_username"] == username, userinfo.text

    refreshed = session.refresh_token(refresh_token=token["refresh_token"])
    assert refreshed["access_token"] != token["access_token"]
    assert refreshed["refresh_token"] != token["refresh_token"]
    # Authlib has kept the new token, and uses it.
    session.get(metadata["userinfo_endpoint"]).raise_for_status()

    if session.client_secret:
        answer = session.introspect_token(
            metadata["introspection_endpoint"], token=refreshed["access_token"]
        ).json()
        assert answer["active"] is True and answer["client_id"] == session.client_id, answer

    signed_out = person.visit(
        requests.Request(
            "GET",
            metadata["end_session_endpoint"],
            params={
                "id_token_hint": token["id_token"],
                "post_logout_redirect_uri": SIGNED_OUT_URI,
                "state": "signed out",
            },
        )
        .prepare()
        .url
    )
    assert signed_out.startswith(SIGNED_OUT_URI + "?"), signed_out
    assert parameters(signed_out)["state"] == "signed out", signed_out
    expect(
        "login_required",
        lambda: sign_in(metadata, session, person, username, password, prompt="none"),
    )

    answer = session.revoke_token(metadata["revocation_endpoint"], token=refreshed["refresh_token"])
    answer.raise_for_status()
    expect(
        "invalid_grant",
        lambda: session.refresh_token(refresh_token=refreshed["refresh_token"]),
    )


def expect(error, act):
    try:
        act()
    except OAuthError as refusal:
        assert refusal.error == error, refusal
    else:
        raise AssertionError(f"expected {error}")


def machine(metadata, method):
    session = client(metadata, "demo-machine", "demo-machine-secret", method)
    token = session.fetch_token(grant_type="client_credentials", scope="openid")
    assert token["expires_in"] == 43200 and "id_token" not in token, token


def main():
    metadata = discover(sys.argv[1])
    whole_life(metadata, client(metadata, "demo-web"), "alice", "correct horse battery staple")
    for method in ["client_secret_basic", "client_secret_post"]:
        session = client(metadata, "demo-confidential", "demo-confidential-secret", method)
        whole_life(metadata, session, "bob", "bob's long pass phrase")
    machine(metadata, "client_secret_basic")
    print("Authlib: all is well")


if __name__ == "__main__":
    main()
