//! What a lab says when it starts.

use crate::{lab::Lab, page::BANNER};

/// RFC 7636 appendix B, so that a line can be pasted as it is.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) fn text(lab: &Lab) -> String {
    let (issuer, paths) = (&lab.issuer, &lab.ground.config.paths);
    let people = lab.world().people().join(", ");
    let mut text = format!("{BANNER}\n\nissuer:  {issuer}\npeople:  {people}\n");
    if lab.arguments.state.is_some() {
        return text;
    }
    let token = format!("{issuer}{}", paths.token);
    text.push_str(&format!(
        "clients: demo-web (public), demo-confidential (secret demo-confidential-secret),
         demo-device (public), demo-machine (secret demo-machine-secret)

Get a code as alice, without a page:
  curl -sS -L -c /tmp/lab -b /tmp/lab -o /dev/null -w '%{{url_effective}}\\n' \\
    '{issuer}{authorize}?client_id=demo-web&response_type=code&scope=openid%20profile&login_hint=alice&redirect_uri=http%3A%2F%2F127.0.0.1%3A5556%2Fcallback&state=lab&code_challenge={CHALLENGE}'

authorization_code:
  curl {token} -d grant_type=authorization_code -d client_id=demo-web -d code=THE_CODE \\
    -d redirect_uri=http://127.0.0.1:5556/callback -d code_verifier={VERIFIER}
refresh_token:
  curl {token} -d grant_type=refresh_token -d client_id=demo-web -d refresh_token=THE_REFRESH_TOKEN
client_credentials:
  curl {token} -d grant_type=client_credentials -u demo-machine:demo-machine-secret -d scope=openid
device_code:
  curl {issuer}{device} -d client_id=demo-device -d scope=openid

Faults:  curl {issuer}/lab/v1/faults
Control: {issuer}/lab/v1/openapi.json
",
        authorize = paths.authorize,
        device = paths.device_authorization,
    ));
    text
}
