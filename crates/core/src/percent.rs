//! Percent-encoding, where a plus stands for itself (RFC 3986 §2.1).
#![doc(alias = "RFC 3986 §2.1")]

/// The byte that the two next hexadecimal digits stand for.
pub fn escape(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let mut digit = || char::from(rest.next()?).to_digit(16);
    let (high, low) = (digit()?, digit()?);
    u8::try_from(high * 16 + low).ok()
}

/// The text that is encoded; `None` when the encoding is broken, or it is no UTF-8.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => escape(&mut rest)?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Escapes every byte that is not unreserved (RFC 3986 §2.3), so that the text can stand in any part
/// of an address.
pub fn encoded(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or('0');
            let digits = [digit(byte >> 4), digit(byte & 15)];
            escaped.push('%');
            escaped.extend(digits.map(|digit| digit.to_ascii_uppercase()));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_and_nothing_else() {
        for (text, expected) in [
            ("", Some("")),
            ("a+b%2Fc%2fd", Some("a+b/c/d")),
            ("%C3%A4", Some("\u{e4}")),
            ("%25%32", Some("%2")),
            ("%", None),
            ("%4", None),
            ("%+1", None),
            ("%zz", None),
            ("%ff", None),
        ] {
            assert_eq!(decoded(text).as_deref(), expected, "{text}");
        }
    }
}
