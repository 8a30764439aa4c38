//! OIDC Core §3.1.2.6: `login_required`, as for `max_age=0` with `prompt=none`; with
//! `response_mode=form_post` it comes in a form.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "form-post-error",
    does: "the authorization response is the error `login_required`",
    attack: "none: a client that does not look for errors fails without a word, or redeems nothing",
    client: Expected::StopBeforeToken,
    seams: &[Seam::AuthorizationResponse(|parameters, _| {
        parameters.retain(|(name, _)| ["state", "iss"].contains(&name.as_str()));
        parameters.insert(0, ("error".to_owned(), "login_required".to_owned()));
    })],
};
