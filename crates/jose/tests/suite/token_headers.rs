//! Headers, one by one. Every token here carries a right signature over what it says, so a refusal
//! is about what it says.

use serde_json::{Value, json};
use symbolon_jose::verify::LONGEST_TOKEN_BYTES;
use symbolon_jose::{Algorithm, Expected, SigningKey, VerifyError, VerifyingKeys};

use crate::support::{ACCESS_TOKEN, KEYS, PUBLIC, claims, encode, key, sign_encoded};

fn verify(token: &str) -> Result<String, VerifyError> {
    PUBLIC
        .verify(token, ACCESS_TOKEN)
        .map(|verified| verified.kid)
}

/// A token of the ES256 key with this text as its header.
fn with_header(header: &str) -> String {
    sign_encoded(
        &key(Algorithm::ES256),
        &encode(header),
        &encode(claims().to_string()),
    )
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "at+jwt", "kid": key(Algorithm::ES256).kid()})
}

fn header_with(name: &str, value: Value) -> String {
    let mut header = header();
    header[name] = value;
    header.to_string()
}

fn header_without(name: &str) -> String {
    let mut header = header();
    header.as_object_mut().unwrap().remove(name);
    header.to_string()
}

#[test]
fn the_header_that_the_others_differ_from_is_accepted() {
    let verified = PUBLIC
        .verify(&with_header(&header().to_string()), ACCESS_TOKEN)
        .unwrap();
    assert_eq!(verified.kid, key(Algorithm::ES256).kid());
    assert_eq!(verified.algorithm, Algorithm::ES256);
    assert_eq!(verified.payload, claims().to_string().as_bytes());
    assert_eq!(verified.claims::<Value>().unwrap(), claims());
}

#[test]
fn none_is_refused_with_a_signature_and_without_one() {
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let token = with_header(&header_with("alg", none.into()));
        assert_eq!(verify(&token), Err(VerifyError::AlgorithmUnsupported));
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(
            verify(&format!("{signed}.")),
            Err(VerifyError::AlgorithmUnsupported)
        );
    }
}

#[test]
fn a_public_key_is_never_taken_for_the_secret_of_an_hmac() {
    let rs256 = key(Algorithm::RS256);
    for algorithm in ["HS256", "HS384", "HS512"] {
        let header = json!({"alg": algorithm, "typ": "at+jwt", "kid": rs256.kid()});
        let signed = format!("{}.{}", encode(header.to_string()), encode("{}"));
        let secret = rs256.public_jwk().to_string();
        let mac = josekit::jws::HS256.signer_from_bytes(&secret).unwrap();
        let mac = josekit::jws::JwsSigner::sign(&mac, signed.as_bytes()).unwrap();
        assert_eq!(
            verify(&format!("{signed}.{}", encode(mac))),
            Err(VerifyError::AlgorithmUnsupported)
        );
    }
}

#[test]
fn an_algorithm_outside_of_the_list_is_refused() {
    for algorithm in [
        "RS384", "ES512", "ES256K", "Ed25519", "rs256", " ES256", "RSA-OAEP",
    ] {
        let token = with_header(&header_with("alg", algorithm.into()));
        assert_eq!(verify(&token), Err(VerifyError::AlgorithmUnsupported));
    }
}

#[test]
fn the_algorithm_is_the_one_of_the_key_whatever_the_token_says() {
    for ours in KEYS.iter() {
        for claimed in Algorithm::ALL {
            let header = json!({"alg": claimed, "typ": "at+jwt", "kid": ours.kid()});
            let token = sign_encoded(ours, &encode(header.to_string()), &encode("{}"));
            let expected = match claimed == ours.algorithm() {
                true => Ok(ours.kid().to_owned()),
                false => Err(VerifyError::AlgorithmMismatch),
            };
            assert_eq!(verify(&token), expected);
        }
    }
}

#[test]
fn an_algorithm_that_the_caller_does_not_accept_is_refused() {
    for ours in KEYS.iter() {
        let token = ours.sign("at+jwt", &claims()).unwrap();
        for accepted in Algorithm::ALL {
            let expected = Expected {
                algorithms: &[accepted],
                ..ACCESS_TOKEN
            };
            let verified = PUBLIC.verify(&token, expected).map(|verified| verified.kid);
            match accepted == ours.algorithm() {
                true => assert_eq!(verified.unwrap(), ours.kid()),
                false => assert_eq!(verified, Err(VerifyError::AlgorithmNotAccepted)),
            }
        }
        let nothing = Expected {
            algorithms: &[],
            ..ACCESS_TOKEN
        };
        assert_eq!(
            PUBLIC.verify(&token, nothing),
            Err(VerifyError::AlgorithmNotAccepted)
        );
    }
}

#[test]
fn a_critical_extension_is_refused_whatever_it_is() {
    for crit in [
        json!(["exp"]),
        json!(["b64"]),
        json!([]),
        json!("b64"),
        json!(null),
    ] {
        let token = with_header(&header_with("crit", crit));
        assert_eq!(verify(&token), Err(VerifyError::CriticalExtension));
    }
}

#[test]
fn a_key_that_a_token_brings_along_is_not_looked_at() {
    let own = SigningKey::generate(Algorithm::ES256).unwrap();
    for (name, value) in [
        ("jwk", own.public_jwk()),
        ("jku", json!("https://attacker.example/keys")),
        ("x5u", json!("https://attacker.example/certificate")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
    ] {
        let header = header_with(name, value);
        let theirs = sign_encoded(&own, &encode(&header), &encode("{}"));
        assert_eq!(
            verify(&theirs),
            Err(VerifyError::SignatureInvalid),
            "{name}"
        );
        assert!(verify(&with_header(&header)).is_ok(), "{name}");
    }
}

#[test]
fn a_header_member_that_occurs_twice_is_refused() {
    let kid = key(Algorithm::ES256);
    let kid = kid.kid();
    for header in [
        format!(r#"{{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}","kid":"other"}}"#),
        format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}","\u0074yp":"at+jwt"}}"#),
        format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}","x":1,"x":1}}"#),
        format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}","jwk":{{"x":1,"x":1}}}}"#),
    ] {
        assert_eq!(
            verify(&with_header(&header)),
            Err(VerifyError::HeaderMemberRepeated),
            "{header}"
        );
    }
}

#[test]
fn a_header_that_is_no_object_of_strings_is_refused() {
    let kid = key(Algorithm::ES256);
    let kid = kid.kid();
    for header in [
        String::new(),
        "null".to_owned(),
        "\"ES256\"".to_owned(),
        format!(r#"["ES256",false,"{kid}","at+jwt"]"#),
        format!("{} {{}}", header()),
        format!("\u{feff}{}", header()),
        header_without("alg"),
        header_with("alg", json!(null)),
        header_with("alg", json!(["ES256"])),
        header_with("kid", json!(null)),
        header_with("kid", json!(1)),
        header_with("typ", json!(null)),
        header_with("typ", json!({})),
        "{\"a\":".repeat(300),
    ] {
        assert_eq!(
            verify(&with_header(&header)),
            Err(VerifyError::HeaderMalformed),
            "{header}"
        );
    }
    let latin = sign_encoded(
        &key(Algorithm::ES256),
        &encode(b"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"x\":\"\xe9\"}"),
        &encode("{}"),
    );
    assert_eq!(verify(&latin), Err(VerifyError::HeaderMalformed));
}

#[test]
fn typ_is_compared_without_case_and_without_application() {
    for typ in [
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/AT+jwt",
    ] {
        let token = with_header(&header_with("typ", typ.into()));
        assert!(verify(&token).is_ok(), "{typ}");
        for accepted in ["at+jwt", "application/at+jwt", "AT+JWT"] {
            let expected = Expected {
                typ: &["logout+jwt", accepted],
                ..ACCESS_TOKEN
            };
            assert!(PUBLIC.verify(&token, expected).is_ok(), "{typ} {accepted}");
        }
    }
}

#[test]
fn another_typ_is_refused_and_an_absent_one_only_where_the_caller_says_so() {
    let refused = Err(VerifyError::TypeNotAccepted);
    for typ in [
        "",
        "JWT",
        "logout+jwt",
        "at+jwt ",
        "at",
        "application/",
        "application/application/at+jwt",
        "text/at+jwt",
        "applicatioñ/at+jwt",
    ] {
        assert_eq!(
            verify(&with_header(&header_with("typ", typ.into()))),
            refused,
            "{typ}"
        );
    }
    let absent = with_header(&header_without("typ"));
    assert_eq!(verify(&absent), refused);
    let older = Expected {
        typ_may_be_absent: true,
        ..ACCESS_TOKEN
    };
    assert!(PUBLIC.verify(&absent, older).is_ok());
    let other = with_header(&header_with("typ", "JWT".into()));
    assert_eq!(
        PUBLIC.verify(&other, older),
        Err(VerifyError::TypeNotAccepted)
    );
}

#[test]
fn application_is_only_left_out_where_no_other_slash_is() {
    let token = with_header(&header_with("typ", "application/text/plain".into()));
    let expect = |typ| {
        PUBLIC.verify(
            &token,
            Expected {
                typ: &[typ],
                ..ACCESS_TOKEN
            },
        )
    };
    assert!(expect("application/text/plain").is_ok());
    assert_eq!(expect("text/plain"), Err(VerifyError::TypeNotAccepted));
}

#[test]
fn kid_is_looked_up_and_nothing_else() {
    for kid in [
        "",
        "other",
        "../../dev/null",
        "' OR 1=1 --",
        "https://attacker.example",
    ] {
        let token = with_header(&header_with("kid", kid.into()));
        assert_eq!(verify(&token), Err(VerifyError::KeyUnknown));
    }
}

#[test]
fn kid_may_be_absent_when_there_is_one_key_and_not_otherwise() {
    let token = with_header(&header_without("kid"));
    assert_eq!(verify(&token), Err(VerifyError::KeyIdMissing));
    let es256 = key(Algorithm::ES256);
    let alone = VerifyingKeys::from_signing_keys([&es256]);
    assert_eq!(alone.verify(&token, ACCESS_TOKEN).unwrap().kid, es256.kid());
    let nobody = VerifyingKeys::from_signing_keys([]);
    assert_eq!(
        nobody.verify(&token, ACCESS_TOKEN),
        Err(VerifyError::KeyUnknown)
    );
}

#[test]
fn the_signature_of_another_key_is_refused() {
    let stranger = SigningKey::generate(Algorithm::ES256).unwrap();
    let token = sign_encoded(&stranger, &encode(header().to_string()), &encode("{}"));
    assert_eq!(verify(&token), Err(VerifyError::SignatureInvalid));
}

#[test]
fn a_payload_with_a_repeated_claim_verifies_and_yields_no_claims() {
    let es256 = key(Algorithm::ES256);
    let header = encode(header().to_string());
    for payload in [
        r#"{"sub":"alice","sub":"admin"}"#,
        r#"{"roles":{"acme":["viewer"],"acme":["admin"]}}"#,
        r#"{"sub":"alice"} {}"#,
        r#"["alice"]"#,
        "",
    ] {
        let token = sign_encoded(&es256, &header, &encode(payload));
        let verified = PUBLIC.verify(&token, ACCESS_TOKEN).unwrap();
        assert_eq!(verified.payload, payload.as_bytes());
        assert!(verified.claims::<Value>().is_err(), "{payload}");
    }
}

#[test]
fn a_token_over_the_limit_is_refused_before_it_is_read() {
    let letters = "A".repeat(LONGEST_TOKEN_BYTES + 1);
    assert_eq!(verify(&letters), Err(VerifyError::TokenTooLong));
    assert_eq!(verify(&letters[1..]), Err(VerifyError::NotCompact));
    let payload = "A".repeat(LONGEST_TOKEN_BYTES);
    assert_eq!(
        verify(&format!("!.{payload}.!")),
        Err(VerifyError::TokenTooLong)
    );
    let es256 = key(Algorithm::ES256);
    let header = encode(header().to_string());
    let rest = sign_encoded(&es256, &header, "").len();
    // The longest payload that fits, then the next longer one that base64url can write.
    let room = (LONGEST_TOKEN_BYTES - rest) / 4 * 4;
    let longest = sign_encoded(&es256, &header, &"A".repeat(room));
    assert!(verify(&longest).is_ok());
    let longer = sign_encoded(&es256, &header, &"A".repeat(room + 4));
    assert_eq!(verify(&longer), Err(VerifyError::TokenTooLong));
    let document = |longest| PUBLIC.verify_document(&longer, longest, ACCESS_TOKEN);
    assert!(document(longer.len()).is_ok());
    let over = document(longer.len() - 1).err();
    assert_eq!(over, Some(VerifyError::TokenTooLong));
}
