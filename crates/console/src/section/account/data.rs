//! All that is kept about oneself, to take away.

use serde_json::Value;
use symbolon_admin::Ask;

use crate::{
    component::{Form, Note},
    file::download,
    page::Page,
    visit::{Answer, Visit},
};

pub(super) async fn show(visit: Visit) -> Answer {
    visit.fresh()?;
    let page = page(&visit);
    visit.show(page).await
}

pub(super) async fn export(visit: Visit) -> Answer {
    visit.fresh()?;
    match visit.ask::<Value>(Ask::new("export_own_data")).await {
        Ok(document) => {
            let document = serde_json::to_vec_pretty(&document).unwrap_or_default();
            Ok(download("account.json", "application/json", document))
        }
        Err(problem) => visit.again(page(&visit), problem).await,
    }
}

fn page(visit: &Visit) -> Page {
    // A file is no page: a script that changes pages in place leaves it to the browser.
    let form = Form::new(visit, visit.say("account-data-download")).plain();
    Page::new(visit.say("account-data"))
        .lede(visit.say("account-data-lede"))
        .with(Note::plain(visit.say("account-data-note")))
        .with(form)
}
