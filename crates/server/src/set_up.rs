//! The first start: a link by which the first administrator is made.

use symbolon_admin::Management;
use symbolon_storage::Storage;

use crate::command::{CommandError, say};

/// What the system organization is called when nobody says so.
const ORGANIZATION: &str = "system";

/// The system organization of an installation whose configuration names none: the one that the first
/// set-up was offered for. Before that, one that nobody has: whoever holds a role in what is there
/// already must not come to administer the whole installation.
pub(crate) async fn organization(storage: &dyn Storage) -> Result<String, CommandError> {
    if let Some(offer) = storage.set_up_offer().await? {
        return Ok(offer.organization.as_str().to_owned());
    }
    let taken = storage.organizations().await?;
    let is_free = |id: &String| !taken.iter().any(|own| own.id.as_str() == id);
    let numbered = (2..).map(|number: u32| format!("{ORGANIZATION}-{number}"));
    let mut ids = std::iter::once(ORGANIZATION.to_owned()).chain(numbered);
    Ok(ids.find(is_free).unwrap_or_default())
}

/// Prints a link, when nobody could administer the installation and no link is good.
pub(crate) async fn offer(management: &Management, issuer: &str) -> Result<(), CommandError> {
    let offered = management.offer_set_up().await;
    let offered = offered.map_err(|problem| CommandError::Other(problem.detail().to_owned()))?;
    if let Some(link) = offered {
        say(&format!(
            "Nobody administers this installation yet. Open this within a day, once:\n  \
             {issuer}/admin/set-up/{}",
            link.expose()
        ));
    }
    Ok(())
}
