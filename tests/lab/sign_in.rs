//! Signing in without typing.

use symbolon_testkit::{Person, Step};

use crate::support::{Lab, authorize_url, flow, redeem};

#[tokio::test]
async fn one_click_signs_in_and_can_bring_claims() {
    let lab = Lab::start(&[]);
    let browser = Person::new();
    let page = browser
        .get(authorize_url(&lab.url, "demo-web", &[]))
        .await
        .page();
    assert!(page.body.contains("This is symbolon-lab"), "{}", page.body);
    let form = page
        .forms()
        .into_iter()
        .find(|form| form.button("lab_person").is_some())
        .unwrap();
    let fields = [("lab_person", "bob"), ("lab_claims", r#"{"shoe_size":43}"#)];
    let callback = browser.submit(&form, &fields).await.callback();
    let (_, token) = redeem(&lab.url, "demo-web", callback.code()).await;
    let access = token["access_token"].as_str().unwrap();
    let url = format!("{}/oidc/v1/userinfo", lab.url);
    let userinfo = symbolon_testkit::http().get(url).bearer_auth(access);
    let userinfo = crate::support::answer(userinfo).await.1;
    assert_eq!(
        (&userinfo["name"], &userinfo["shoe_size"]),
        (&"Bob Baker".into(), &43.into())
    );
}

#[tokio::test]
async fn somebody_can_always_be_signed_in_and_a_password_is_still_checked_where_it_is_typed() {
    let lab = Lab::start(&["--auto-login", "bob"]);
    let browser = Person::new();
    let step = browser.get(authorize_url(&lab.url, "demo-web", &[])).await;
    assert!(matches!(step, Step::Callback(_)), "{step:?}");
    let typed = Lab::start(&[]);
    let page = browser
        .get(authorize_url(&typed.url, "demo-web", &[]))
        .await
        .page();
    let fields = [("username", "alice"), ("password", "wrong password")];
    let page = browser.submit(&page.forms()[0], &fields).await.page();
    assert_eq!(page.status, 401);
}

#[tokio::test]
async fn clients_are_checked_unless_the_lab_is_told_not_to() {
    let strict = Lab::start(&[]);
    let url = authorize_url(
        &strict.url,
        "nobody-declared-it",
        &[("login_hint", "alice")],
    );
    assert_eq!(Person::new().get(url).await.page().status, 400);
    let lenient = Lab::start(&["--lenient-clients"]);
    let url = authorize_url(
        &lenient.url,
        "nobody-declared-it",
        &[("login_hint", "alice")],
    );
    let callback = Person::new().get(url).await.callback();
    let (status, _) = redeem(&lenient.url, "nobody-declared-it", callback.code()).await;
    assert_eq!(status, 200);
    assert_eq!(flow(&lenient.url).await.token_status, 200);
}
