//! The page on which somebody makes an account for themselves (Initiating User Registration), where
//! the operator lets people do so.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use symbolon_core::{
    id::Id,
    password::Password,
    restriction::Restriction,
    subject::{Identifier, Profile},
};
use symbolon_storage::{Applied, DeclaredSubject};
use symbolon_web::password_pool::PoolError;

use super::{Shared, Visit, chrome, render, sign_in, view, visit};
use crate::failure::Failure;

const PURPOSE: &str = "sign-up";

/// Shows the form.
pub async fn get(State(provider): Shared, request: Request) -> Response {
    match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit.answer(form(&visit, StatusCode::OK, None)),
        Err(response) => response,
    }
}

/// Makes the account.
pub async fn post(State(provider): Shared, request: Request) -> Response {
    let mut visit = match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let subject = match create(&visit).await {
        Ok(Ok(subject)) => subject,
        Ok(Err((status, alert))) => {
            return visit.answer(form(&visit, status, Some(alert.as_str())));
        }
        Err(failure) => return visit.answer(Err(failure)),
    };
    match sign_in::sign_in(&mut visit, &subject).await {
        Ok(progress) => visit.advance(progress).await,
        Err(failure) => visit.answer(Err(failure)),
    }
}

async fn create(
    visit: &Visit,
) -> Result<Result<Id<symbolon_core::subject::Subject>, (StatusCode, String)>, Failure> {
    let provider = &*visit.provider;
    let bad = |text: &str| Ok(Err((StatusCode::BAD_REQUEST, text.to_owned())));
    let Some(organization) = &provider.settings.sign_up else {
        return bad(
            "Nobody can sign up here by themselves. Ask your administrator for an account.",
        );
    };
    // Whoever signs up belongs there and to nothing else (requirement A7.3).
    let restriction = Restriction::of(&visit.open.asked.request.scope);
    if restriction.contradictory
        || restriction
            .organization
            .is_some_and(|id| id != *organization)
    {
        return bad(
            "The application asks for an account of another organization than one can sign up for here.",
        );
    }
    let field = |name| visit.form.value(name).unwrap_or_default().trim();
    let (username, name, email) = (field("username"), field("name"), field("email"));
    let Ok(identifier) = Identifier::parse(username) else {
        return bad("Choose a username of 1 to 254 visible characters.");
    };
    if name.is_empty() || name.chars().count() > 200 {
        return bad("Type your name, in at most 200 characters.");
    }
    if email.len() > 254
        || email
            .split_once('@')
            .is_none_or(|(local, host)| local.is_empty() || host.is_empty())
    {
        return bad("Type your e-mail address, such as name@example.org.");
    }
    let context = [username, name, email];
    let password =
        match Password::chosen(visit.form.value("password").unwrap_or_default(), &context) {
            Ok(password) => password,
            Err(error) => return bad(&capitalised(&error.to_string())),
        };
    let password_hash = match provider.passwords.hash(password).await {
        Ok(hash) => hash,
        Err(PoolError::Full) => {
            let text = "Too many people are signing in at this moment. Try again in a few seconds.";
            return Ok(Err((StatusCode::SERVICE_UNAVAILABLE, text.to_owned())));
        }
        Err(error) => return Err(error.into()),
    };
    let now = provider.now();
    let person = DeclaredSubject {
        id: Id::generate(now, &*provider.entropy),
        organization: organization.clone(),
        machine: false,
        username: username.to_owned(),
        // Not the address: nobody has shown yet that it is theirs.
        identifiers: vec![identifier],
        profile: Profile {
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
            email_verified: Some(false),
            ..Profile::default()
        },
        password_hash: Some(password_hash),
        disabled_at: None,
    };
    Ok(match provider.storage.create_person(&person, now).await? {
        Applied::Done => {
            tracing::info!(subject = %person.id, "signed up");
            Ok(person.id)
        }
        // A username is a public name here; whoever signs up has to learn that it is taken.
        Applied::Conflict => Err((
            StatusCode::CONFLICT,
            "This username is taken. Choose another one.".to_owned(),
        )),
    })
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", characters.as_str())
}

fn form(visit: &Visit, status: StatusCode, alert: Option<&str>) -> Result<Response, Failure> {
    let field = |name| visit.form.value(name).unwrap_or_default();
    let page = view::SignUp {
        chrome: chrome(&visit.provider, &visit.request_id),
        client_name: &visit.open.asked.client.metadata.client_name,
        action: &visit.address("sign-up"),
        csrf: &visit.csrf(PURPOSE),
        username: field("username"),
        name: field("name"),
        email: field("email"),
        alert,
        sign_in: &visit.address("sign-in"),
    };
    render(status, &page, visit.policy())
}
