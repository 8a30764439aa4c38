//! What people allowed clients. Written with the approval that rests on it.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::{client::Client, id::Id, scope::Scope, subject::Subject};

use super::Database;
use crate::{
    Consents, Result,
    record::read::{scope, within},
};

statements! {
    READ = "SELECT scope FROM consent WHERE subject_id = $1 AND client_id = $2";
}

#[async_trait]
impl Consents for Database {
    async fn consent(&self, subject: &Id<Subject>, client: &Id<Client>) -> Result<Scope> {
        let row = query(READ)
            .bind(subject.as_str())
            .bind(client.as_str())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else {
            return Ok(Scope::default());
        };
        within("consent", &format!("{subject}, {client}"), || {
            scope(&row, "scope")
        })
    }
}
