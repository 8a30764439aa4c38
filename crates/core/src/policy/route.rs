//! The endpoints of an API as a tree of segments.
//!
//! Segment by segment, a fixed one wins over a parameter. There is no way back: where `/me/mails`
//! and `/{user}/orders` are declared, `/me/orders` is no endpoint. Routers differ in what they make
//! of such a path, so it has to be declared. The same holds for methods: a path that is fixed for
//! GET is not a parameter for POST.

use std::collections::BTreeMap;

use crate::policy::{
    path::{PathRefusal, RequestPath, decoded},
    template::{Method, PathTemplate, Segment},
};

/// A tree of templates. What it finds is the number that was inserted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Routes(Node);

#[derive(Clone, Debug, Default, PartialEq)]
struct Node {
    fixed: BTreeMap<Box<str>, Node>,
    /// The keys of `fixed` without regard to case, sorted.
    folded: Vec<String>,
    parameter: Option<Box<Node>>,
    endpoints: BTreeMap<Method, usize>,
}

impl Routes {
    /// Adds an endpoint.
    ///
    /// # Errors
    /// The number of the endpoint with the same method and shape, if there is one.
    pub(super) fn insert(
        &mut self,
        method: &Method,
        template: &PathTemplate,
        place: usize,
    ) -> Result<(), usize> {
        let mut node = &mut self.0;
        for segment in template.segments() {
            node = match segment {
                Segment::Fixed(text) => {
                    let own: String = folded(text).collect();
                    if let Err(position) = node.folded.binary_search(&own) {
                        node.folded.insert(position, own);
                    }
                    node.fixed.entry(text.into()).or_default()
                }
                Segment::Parameter(_) => node.parameter.get_or_insert_default(),
            };
        }
        match node.endpoints.get(method) {
            Some(known) => Err(*known),
            None => {
                node.endpoints.insert(method.clone(), place);
                Ok(())
            }
        }
    }

    /// The number of the endpoint that is called.
    ///
    /// # Errors
    /// [`PathRefusal::NoSuchEndpoint`], [`PathRefusal::LookAlike`].
    pub(super) fn find(&self, method: &str, path: RequestPath<'_>) -> Result<usize, PathRefusal> {
        let mut node = &self.0;
        for segment in path.segments() {
            node = match (node.fixed.get(segment), &node.parameter) {
                (Some(fixed), _) => fixed,
                (None, Some(parameter)) if !segment.is_empty() => {
                    if node.has_look_alike(segment) {
                        return Err(PathRefusal::LookAlike);
                    }
                    parameter
                }
                (None, _) => return Err(PathRefusal::NoSuchEndpoint),
            };
        }
        // RFC 9110 §9.3.2: HEAD is GET without the content.
        let method = if method == "HEAD" { "GET" } else { method };
        let place = node.endpoints.get(method);
        place.copied().ok_or(PathRefusal::NoSuchEndpoint)
    }
}

impl Node {
    /// Whether a segment that is none of the fixed ones is one to whoever decodes it, or does not
    /// tell capital from small letters.
    fn has_look_alike(&self, segment: &str) -> bool {
        let text = decoded(segment);
        let found = if text.is_ascii() {
            // The same in fewer steps: most of what is called is ASCII.
            let small = || text.bytes().map(|byte| byte.to_ascii_lowercase());
            self.folded.binary_search_by(|own| own.bytes().cmp(small()))
        } else {
            self.folded
                .binary_search_by(|own| own.chars().cmp(folded(&text)))
        };
        found.is_ok()
    }
}

/// A text without regard to case: through capital letters, so that `ſ` and the Kelvin sign are the
/// letters that some routers take them for.
fn folded(text: &str) -> impl Iterator<Item = char> {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const ENDPOINTS: [&str; 9] = [
        "GET /invoices",
        "POST /invoices",
        "GET /invoices/{id}",
        "GET /invoices/{id}/lines",
        "GET /invoices/Export",
        "GET /users/me/mails",
        "GET /users/{user}/orders",
        "GET /",
        "GET /invoices/batch:run",
    ];

    fn routes() -> Routes {
        let mut routes = Routes::default();
        for (place, text) in ENDPOINTS.iter().enumerate() {
            insert(&mut routes, text, place).unwrap();
        }
        routes
    }

    fn insert(routes: &mut Routes, text: &str, place: usize) -> Result<(), usize> {
        let (method, template) = text.split_once(' ').unwrap();
        let template = PathTemplate::parse(template).unwrap();
        routes.insert(&Method::parse(method).unwrap(), &template, place)
    }

    fn find(method: &str, path: &str) -> Result<&'static str, PathRefusal> {
        let place = routes().find(method, RequestPath::parse(path).unwrap())?;
        Ok(ENDPOINTS[place])
    }

    #[test]
    fn an_endpoint_is_found_by_method_and_path() {
        for (method, path, expected) in [
            ("GET", "/", "GET /"),
            ("GET", "/invoices", "GET /invoices"),
            ("POST", "/invoices", "POST /invoices"),
            ("GET", "/invoices/7?page=2", "GET /invoices/{id}"),
            ("GET", "/invoices/a%40b%20c", "GET /invoices/{id}"),
            ("GET", "/invoices/7/lines", "GET /invoices/{id}/lines"),
            ("GET", "/users/7/orders", "GET /users/{user}/orders"),
            ("HEAD", "/invoices/7", "GET /invoices/{id}"),
        ] {
            assert_eq!(find(method, path), Ok(expected), "{method} {path}");
        }
    }

    #[test]
    fn a_fixed_segment_wins_and_there_is_no_way_back() {
        assert_eq!(find("GET", "/invoices/Export"), Ok("GET /invoices/Export"));
        assert_eq!(find("GET", "/users/me/mails"), Ok("GET /users/me/mails"));
        let none = Err(PathRefusal::NoSuchEndpoint);
        assert_eq!(find("GET", "/users/me/orders"), none);
        assert_eq!(find("GET", "/invoices/Export/lines"), none);
    }

    #[test]
    fn what_is_not_declared_is_no_endpoint() {
        for (method, path) in [
            ("DELETE", "/invoices"),
            ("get", "/invoices"),
            ("HEAD", "/users"),
            ("", "/invoices"),
            ("GET", "/invoices/"),
            ("GET", "/Invoices"),
            ("GET", "/invoices/7/"),
            ("GET", "/invoices/7/lines/8"),
            ("GET", "/other"),
            ("OPTIONS", "/invoices"),
        ] {
            let found = find(method, path);
            assert_eq!(found, Err(PathRefusal::NoSuchEndpoint), "{method} {path}");
        }
    }

    #[test]
    fn a_fixed_segment_in_another_spelling_is_no_parameter() {
        for path in [
            "/invoices/export",
            "/invoices/EXPORT",
            "/invoices/BATCH:run",
            "/invoices/batch%3Arun",
            "/invoices/batch%3ARUN",
            "/invoices/export/lines",
            "/users/ME/orders",
        ] {
            assert_eq!(find("GET", path), Err(PathRefusal::LookAlike), "{path}");
        }
        let mut routes = Routes::default();
        insert(&mut routes, "GET /skim", 0).unwrap();
        insert(&mut routes, "GET /{id}", 1).unwrap();
        // A long s, and a Kelvin sign.
        for path in ["/%C5%BFkim", "/s%E2%84%AAim"] {
            let found = routes.find("GET", RequestPath::parse(path).unwrap());
            assert_eq!(found, Err(PathRefusal::LookAlike), "{path}");
        }
    }

    #[test]
    fn two_templates_of_one_method_and_shape_conflict() {
        let mut routes = routes();
        assert_eq!(insert(&mut routes, "GET /invoices/{number}", 9), Err(2));
        assert_eq!(insert(&mut routes, "GET /invoices", 9), Err(0));
        assert_eq!(insert(&mut routes, "PUT /invoices/{number}", 9), Ok(()));
        assert_eq!(insert(&mut routes, "GET /invoices/", 10), Ok(()));
    }
}
