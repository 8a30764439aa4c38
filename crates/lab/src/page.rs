//! What a lab adds to the pages of the product: a banner on each, and a click for each person where
//! somebody has to sign in.

use crate::world::World;

/// Stands on every page.
pub(crate) const BANNER: &str = "This is symbolon-lab, a stand-in: everybody can be anybody here, \
                                 and it may misbehave on purpose. Nothing that it says is true.";

/// A page with the banner.
pub(crate) fn with_banner(html: &str, faults: &[&str], lenient: bool) -> String {
    let mut banner = format!("<p class=\"alert\" role=\"note\" id=\"lab\">{BANNER}");
    if lenient {
        banner.push_str(" Clients that nobody declared are accepted.");
    }
    if !faults.is_empty() {
        banner.push_str(&format!(" Faults: {}.", escaped(&faults.join(", "))));
    }
    banner.push_str("</p>");
    let body = html.find("<body").and_then(|start| {
        let end = html.get(start..)?.find('>')?;
        Some(start + end + 1)
    });
    let at = body.unwrap_or(0);
    let (before, after) = html.split_at(at);
    format!("{before}{banner}{after}")
}

/// The sign-in page with a button for each person, and a place for more claims.
pub(crate) fn with_people(html: &str, path: &str, world: &World) -> String {
    let Some(csrf) = hidden(html, "csrf") else {
        return html.to_owned();
    };
    let buttons: String = world
        .people()
        .iter()
        .map(|name| {
            let name = escaped(name);
            format!(
                "<button type=\"submit\" name=\"lab_person\" value=\"{name}\">{name}</button>\n"
            )
        })
        .collect();
    let form = format!(
        "<form class=\"stack\" id=\"lab-people\" method=\"post\" action=\"{}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\n\
         <p>Or come as somebody, with one click:</p>\n{buttons}\
         <label for=\"lab-claims\">Claims to add or change (JSON)</label>\n\
         <textarea id=\"lab-claims\" name=\"lab_claims\" rows=\"3\"></textarea>\n</form>\n",
        escaped(path)
    );
    match html.rfind("</main>").or_else(|| html.rfind("</body>")) {
        Some(at) => {
            let (before, after) = html.split_at(at);
            format!("{before}{form}{after}")
        }
        None => html.to_owned(),
    }
}

/// The value of a hidden input, as it stands in the page.
pub(crate) fn hidden<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    let input = format!("name=\"{name}\" value=\"");
    let start = html.find(&input)? + input.len();
    let rest = html.get(start..)?;
    rest.get(..rest.find('"')?)
}

/// The value of an attribute of an element, with its characters as they are.
pub(crate) fn attribute(element: &str, name: &str) -> Option<String> {
    let start = element.find(&format!(" {name}=\""))? + name.len() + 3;
    let rest = element.get(start..)?;
    let value = rest.get(..rest.find('"')?)?;
    let value = value
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&lt;", "<")
        .replace("&#62;", ">")
        .replace("&gt;", ">");
    Some(value.replace("&#38;", "&").replace("&amp;", "&"))
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banner_is_the_first_thing_of_the_body() {
        let page = with_banner("<html><body class=\"x\"><main></main></body>", &["a"], true);
        assert!(page.starts_with("<html><body class=\"x\"><p class=\"alert\""));
        assert!(page.contains("Faults: a.") && page.contains("nobody declared"));
    }

    #[test]
    fn a_hidden_value_is_found() {
        assert_eq!(
            hidden("<input name=\"csrf\" value=\"x.y\">", "csrf"),
            Some("x.y")
        );
        assert_eq!(hidden("<input name=\"other\" value=\"x\">", "csrf"), None);
    }
}
