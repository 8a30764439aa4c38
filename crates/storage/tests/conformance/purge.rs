//! The purge takes what has expired, and only that.

use symbolon_core::{
    approval::Approval,
    attempt::FREE,
    authorize::pushed::PushedRequest,
    backchannel::BackchannelRequest,
    decision::Change,
    device::DeviceAuthorization,
    session::Session,
    time::{Lifetime, Timestamp},
    token::personal::PersonalAccessToken,
};
use symbolon_storage::{Applied, Browser, Interaction, Result};

use crate::{
    backchannel_requests::request as backchannel_request,
    database::Database,
    devices::device,
    personal_tokens::token as personal_token,
    sample::{
        self, NOW, after, approval, digest, id, interaction, opaque, organization, pushed_request,
        redeem, session,
    },
};

on_every_back_end! {
    a_purge_takes_only_what_has_expired,
    a_purge_of_nothing_takes_nothing,
}

const DAY: i64 = 86_400;

/// For how long the feed is kept, in seconds.
const FEED: u32 = 7200;

/// For how long something that is over is kept: on the last second it is there, a second later not.
const KEPT: [(&str, i64); 14] = [
    ("approval", DAY),
    ("attempt", 2 * DAY),
    ("backchannel request", DAY),
    ("browser", 0),
    // Clocks of instances differ, and a replay must still be recognised for a while.
    ("code", DAY),
    // That it has expired is told for a while.
    ("device", DAY),
    ("feed", FEED as i64),
    ("interaction", 0),
    ("opaque token", DAY),
    // It is seen in lists for a while, with its end.
    ("personal token", 30 * DAY),
    ("pushed request", DAY),
    ("revoked token", DAY),
    ("session", 400 * DAY),
    ("used once", 300),
];

async fn a_purge_of_nothing_takes_nothing(database: &Database) {
    assert_eq!(purge(database, NOW).await.unwrap(), 0);
}

async fn a_purge_takes_only_what_has_expired(database: &Database) {
    sample::populate(&**database).await;
    let now = after(1000 * DAY);
    // What was told of the small world is none of what is counted.
    purge(database, now).await.unwrap();
    for (kind, kept) in KEPT {
        let (last, over) = (after(1000 * DAY - kept), after(1000 * DAY - kept - 1));
        write(database, kind, "kept", last).await;
        write(database, kind, "purged", over).await;
        assert_eq!(purge(database, now).await.unwrap(), 1, "{kind}");
        assert!(is_there(database, kind, "kept", last).await, "{kind}");
        assert!(!is_there(database, kind, "purged", over).await, "{kind}");
        // A second later its time has come too.
        let purged = purge(database, after(1000 * DAY + 1)).await.unwrap();
        assert_eq!(purged, 1, "{kind}");
        assert!(!is_there(database, kind, "kept", last).await, "{kind}");
    }
    assert_eq!(database.organizations().await.unwrap().len(), 4);
    assert_eq!(database.clients().await.unwrap().len(), 2);
    assert_eq!(database.subjects_after("", 9).await.unwrap().len(), 2);
}

async fn purge(database: &Database, now: Timestamp) -> Result<u64> {
    database.purge(now, Lifetime::from_seconds(FEED)).await
}

/// Writes something that is over at that moment.
async fn write(database: &Database, kind: &str, name: &str, over: Timestamp) {
    match kind {
        "approval" => {
            let redeemed = Approval {
                refresh_expires_at: over,
                ..approval(name)
            };
            let created = database
                .create_approval(&redeemed, digest(name), None)
                .await;
            created.unwrap();
            database.apply(&[redeem(name)]).await.unwrap();
        }
        "attempt" => {
            for _ in 0..FREE {
                let begun = database.begin_attempt(name.as_bytes(), over).await;
                begun.unwrap().unwrap();
            }
        }
        "browser" => {
            let browser = Browser {
                data: String::new(),
                expires_at: over,
            };
            let created = database.create_browser(name.as_bytes(), &browser).await;
            created.unwrap();
        }
        "code" => {
            let pending = Approval {
                code_expires_at: over,
                refresh_expires_at: Timestamp::from_seconds(over.seconds() + 90 * DAY),
                ..approval(name)
            };
            let created = database.create_approval(&pending, digest(name), None).await;
            created.unwrap();
        }
        "backchannel request" => {
            let request = BackchannelRequest {
                expires_at: over,
                ..backchannel_request(name)
            };
            let created = database.create_backchannel_request(&request, None);
            created.await.unwrap();
        }
        "device" => {
            let codes = [("kept", "BBBB-BBBB"), ("purged", "CCCC-CCCC")];
            let code = codes.iter().find(|(of, _)| *of == name).unwrap().1;
            let device = DeviceAuthorization {
                expires_at: over,
                ..device(name, code)
            };
            database.create_device(&device).await.unwrap();
        }
        "feed" => {
            let put = database.put_organization(&organization(name), over).await;
            put.unwrap();
        }
        "interaction" => {
            let interaction = Interaction {
                expires_at: over,
                ..interaction()
            };
            let created = database
                .create_interaction(digest(name), &interaction)
                .await;
            created.unwrap();
        }
        "opaque token" => {
            let mut token = opaque(name);
            token.claims.exp = over;
            let issue = Change::IssueOpaqueAccessToken(Box::new(token));
            database.apply(&[issue]).await.unwrap();
        }
        "personal token" => {
            let token = PersonalAccessToken {
                expires_at: over,
                ..personal_token(name)
            };
            database.create_personal_token(&token).await.unwrap();
        }
        "pushed request" => {
            let pushed = PushedRequest {
                expires_at: over,
                ..pushed_request()
            };
            let created = database.create_pushed_request(digest(name), &pushed).await;
            created.unwrap();
        }
        "revoked token" => {
            let revocation = Change::RevokeAccessToken {
                jti: name.to_owned(),
                expires_at: over,
                // What is told of it is not to be purged along with it.
                at: after(2000 * DAY),
            };
            database.apply(&[revocation]).await.unwrap();
        }
        "session" => {
            let session = Session {
                created_at: over,
                ..session(name)
            };
            database.create_session(&session).await.unwrap();
        }
        "used once" => {
            let used = database.use_once(&name_of(name), over).await;
            assert_eq!(used.unwrap(), Applied::Done);
        }
        unknown => panic!("{unknown}"),
    }
}

fn name_of(text: &str) -> [u8; 32] {
    let mut name = [0; 32];
    name[..text.len()].copy_from_slice(text.as_bytes());
    name
}

async fn is_there(database: &Database, kind: &str, name: &str, over: Timestamp) -> bool {
    // Before anything expires: what is not found is gone.
    let early = Timestamp::from_seconds(0);
    match kind {
        "approval" | "code" => database.approval(&id(name)).await.unwrap().is_some(),
        "attempt" => {
            // Who is known has to wait, and the question leaves no trace.
            let begun = database.begin_attempt(name.as_bytes(), over).await;
            let known = begun.unwrap().is_err();
            if !known {
                database.clear_attempts(name.as_bytes()).await.unwrap();
            }
            known
        }
        "browser" => {
            let browser = database.browser(name.as_bytes(), early).await;
            browser.unwrap().is_some()
        }
        "backchannel request" => {
            let found = database.backchannel_request(digest(name)).await;
            found.unwrap().is_some()
        }
        "device" => database.device(digest(name)).await.unwrap().is_some(),
        "feed" => {
            let told = database.changed_since(early).await.unwrap();
            told.iter().any(|changed| changed.key == name)
        }
        "interaction" => {
            let interaction = database.interaction(digest(name), early).await;
            interaction.unwrap().is_some()
        }
        "opaque token" => {
            let token = database.access_token(digest(name)).await.unwrap();
            token.is_some()
        }
        "personal token" => {
            let token = database.personal_token(digest(name)).await.unwrap();
            token.is_some()
        }
        "pushed request" => {
            let pushed = database.pushed_request(digest(name)).await.unwrap();
            pushed.is_some()
        }
        "revoked token" => database.is_revoked(name).await.unwrap(),
        "session" => database.session(&id(name)).await.unwrap().is_some(),
        "used once" => {
            let used = database.use_once(&name_of(name), over).await.unwrap();
            if used == Applied::Done {
                // It was not there: take the question back.
                let later = over.plus(Lifetime::from_seconds(301));
                purge(database, later).await.unwrap();
            }
            used == Applied::Conflict
        }
        unknown => panic!("{unknown}"),
    }
}
