//! `change_own_password`: a new password for whoever has the old one.
//!
//! All other sessions end, and all that came of them (requirements A6.2, A6.3). How often the old one
//! is guessed is counted as for sign-ins, but by itself: whoever sits at somebody's browser guesses no
//! faster, and keeps nobody from signing in.

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use symbolon_core::password::Password;
use symbolon_storage::{Act, PasswordHashes};
use symbolon_web::password_pool::{PoolError, Verdict};

use super::{Own, myself, record};
use crate::{
    api::chosen_password,
    call::Call,
    input::{Json, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
};

/// The old and the new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    current: String,
    password: String,
}

pub(super) fn operations() -> Vec<Operation> {
    let change = Operation::new(
        Method::PUT,
        "/own/password",
        None,
        "change_own_password",
        change,
    );
    vec![change.own(Own::Fresh)]
}

async fn change(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<Nothing>, Problem> {
    let Json(New { current, password }) = new;
    let kept = call.session().cloned().ok_or_else(Problem::missing)?;
    let subject = myself(&call).await?.value;
    // What is wrong with the new one costs no attempt.
    let chosen = chosen_password(&password, &subject.username, &subject.profile)?;
    if password == current {
        return Err(Problem::member("/password", "is the one you have"));
    }
    let old = prove(&call, &current, subject.password_hash).await?;
    let act = Act::ChangePassword {
        subject: subject.id,
        hashes: PasswordHashes {
            old,
            new: call.admin.passwords.hash(chosen).await?,
        },
        kept,
    };
    call.act(act, record(&call, "user.password", json!({})))
        .await?;
    Ok(Reply::of(Nothing))
}

/// The hash of the present password, if it was typed.
async fn prove(call: &Call, typed: &str, stored: Option<String>) -> Result<String, Problem> {
    let wrong = || Problem::member("/current", "is not your password");
    let typed = Password::typed(typed).map_err(|_| wrong())?;
    let storage = &call.admin.storage;
    let account = Sha256::new()
        .chain_update(b"password change:")
        .chain_update(call.me().as_str())
        .finalize();
    // Counted before it is looked at, so that many at once count as many (requirement A5.3).
    if let Err(wait) = storage.begin_attempt(&account, call.now).await? {
        return Err(Problem::throttled(wait));
    }
    match call.admin.passwords.verify(typed, stored.clone()).await {
        Ok(Verdict::Right { .. }) => {}
        Ok(Verdict::Wrong) => return Err(wrong()),
        Err(error) => {
            if error == PoolError::Full {
                storage.take_back_attempt(&account).await?;
            }
            return Err(error.into());
        }
    }
    storage.clear_attempts(&account).await?;
    stored.ok_or_else(wrong)
}
