//! What of an X.509 certificate says whose it is. Reading certificates is `symbolon-jose`'s.
#![doc(alias = "X.509")]
#![doc(alias = "RFC 4514")]

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize, Serializer};

/// A certificate that a client has shown, and proven to have the key of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// Its subject.
    pub subject: DistinguishedName,
    /// `dNSName`s among its alternative names.
    pub dns: Vec<String>,
    /// `uniformResourceIdentifier`s.
    pub uris: Vec<String>,
    /// `iPAddress`es.
    pub addresses: Vec<IpAddr>,
    /// `rfc822Name`s.
    pub emails: Vec<String>,
}

/// The name of a subject: from the root down, what each level says, as pairs of the dotted type and
/// the value, sorted within a level. Two names are the same if they are so letter by letter: the
/// rules of RFC 4517, by which case and spaces may not matter, differ by type, and a name that is
/// missed is better than one that is mistaken.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DistinguishedName(Vec<Vec<(String, String)>>);

/// Why a text is no distinguished name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a distinguished name of RFC 4514, for example CN=client,O=Example,C=DE (the most specific part first; types by name or as dotted numbers; no #hex values)"
)]
pub struct NotDistinguishedName;

/// The names of types (RFC 4514 §3, RFC 4519), and of the serial number and e-mail address that
/// certificates often have.
const TYPES: [(&str, &str); 12] = [
    ("CN", "2.5.4.3"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
];

impl DistinguishedName {
    /// A name of its levels, from the root down.
    pub fn new(mut levels: Vec<Vec<(String, String)>>) -> Self {
        levels.iter_mut().for_each(|level| level.sort());
        Self(levels)
    }

    /// Reads the text of RFC 4514, which begins with the most specific level.
    ///
    /// # Errors
    /// [`NotDistinguishedName`].
    pub fn parse(text: &str) -> Result<Self, NotDistinguishedName> {
        let mut levels = Vec::new();
        for level in split(text, ',') {
            let pairs = split(level, '+').into_iter().map(pair);
            levels.push(pairs.collect::<Result<Vec<_>, _>>()?);
        }
        levels.reverse();
        Ok(Self::new(levels))
    }
}

/// Splits where the separator is not escaped.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == separator => {
                parts.extend(text.get(start..at));
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

fn pair(text: &str) -> Result<(String, String), NotDistinguishedName> {
    let (kind, value) = text.split_once('=').ok_or(NotDistinguishedName)?;
    let kind = kind.trim();
    let known = TYPES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(kind));
    let dotted = || {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        (kind.contains('.') && kind.split('.').all(digits)).then_some(kind)
    };
    let kind = known
        .map(|(_, number)| *number)
        .or_else(dotted)
        .ok_or(NotDistinguishedName)?;
    Ok((kind.to_owned(), unescaped(value)?))
}

/// RFC 4514 §2.4: a backslash stands before a special character, or before two digits of a byte.
fn unescaped(value: &str) -> Result<String, NotDistinguishedName> {
    let value = value.trim_start();
    if value.is_empty() || value.starts_with('#') {
        return Err(NotDistinguishedName);
    }
    let mut bytes = Vec::new();
    // How much is left when spaces that are not escaped are taken away at the end.
    let mut kept = 0;
    let mut rest = value.chars();
    while let Some(character) = rest.next() {
        let mut encoded = [0; 4];
        if character != '\\' {
            if "\"+,;<>\0".contains(character) {
                return Err(NotDistinguishedName);
            }
            bytes.extend_from_slice(character.encode_utf8(&mut encoded).as_bytes());
            if character != ' ' {
                kept = bytes.len();
            }
            continue;
        }
        let next = rest.next().ok_or(NotDistinguishedName)?;
        if let Some(high) = next.to_digit(16) {
            let low = rest.next().and_then(|low| low.to_digit(16));
            let byte = high * 16 + low.ok_or(NotDistinguishedName)?;
            bytes.push(u8::try_from(byte).map_err(|_| NotDistinguishedName)?);
        } else if " \"#+,;<=>\\".contains(next) {
            bytes.extend_from_slice(next.encode_utf8(&mut encoded).as_bytes());
        } else {
            return Err(NotDistinguishedName);
        }
        kept = bytes.len();
    }
    bytes.truncate(kept);
    String::from_utf8(bytes).map_err(|_| NotDistinguishedName)
}

impl TryFrom<String> for DistinguishedName {
    type Error = NotDistinguishedName;

    fn try_from(text: String) -> Result<Self, NotDistinguishedName> {
        Self::parse(&text)
    }
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, level) in self.0.iter().rev().enumerate() {
            if number > 0 {
                formatter.write_str(",")?;
            }
            for (number, (kind, value)) in level.iter().enumerate() {
                if number > 0 {
                    formatter.write_str("+")?;
                }
                let name = TYPES.iter().find(|(_, dotted)| dotted == kind);
                write!(
                    formatter,
                    "{}=",
                    name.map_or(kind.as_str(), |(name, _)| name)
                )?;
                let last = value.chars().count().saturating_sub(1);
                for (at, character) in value.chars().enumerate() {
                    let at_edge = (at == 0 && matches!(character, ' ' | '#'))
                        || (at == last && character == ' ');
                    if at_edge || "\"+,;<>\\".contains(character) {
                        write!(formatter, "\\{character}")?;
                    } else if character.is_control() {
                        let mut encoded = [0; 4];
                        for byte in character.encode_utf8(&mut encoded).bytes() {
                            write!(formatter, "\\{byte:02x}")?;
                        }
                    } else {
                        write!(formatter, "{character}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for DistinguishedName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn names_are_read_and_written_and_read_again() {
        for (text, written) in [
            ("CN=client", "CN=client"),
            ("cn = client , o=Example, C=DE", "CN=client,O=Example,C=DE"),
            ("2.5.4.3=client", "CN=client"),
            ("1.2.3.4=x", "1.2.3.4=x"),
            ("O=a+CN=b,C=DE", "O=a+CN=b,C=DE"),
            ("CN=a\\, b\\+c\\\\d", "CN=a\\, b\\+c\\\\d"),
            ("CN=\\ a \\ ", "CN=\\ a \\ "),
            ("CN=\\#a=b", "CN=\\#a=b"),
            ("CN=L\\c4\\8dic", "CN=Lčic"),
            ("CN=a\\0ab", "CN=a\\0ab"),
        ] {
            let name = DistinguishedName::parse(text).unwrap();
            let shown = name.to_string();
            // Within a level the order says nothing.
            let read = DistinguishedName::parse(&shown).unwrap();
            assert_eq!(read, name, "{text}");
            assert_eq!(read, DistinguishedName::parse(written).unwrap(), "{text}");
        }
        let one = DistinguishedName::parse("O=a+CN=b").unwrap();
        assert_eq!(one, DistinguishedName::parse("CN=b+O=a").unwrap());
    }

    #[test]
    fn other_names_are_other_names() {
        let name = DistinguishedName::parse("CN=client,O=Example").unwrap();
        for other in [
            "CN=client",
            "O=Example,CN=client",
            "CN=client,O=Example,C=DE",
            "CN=Client,O=Example",
            "CN=client\\,O\\=Example",
            "CN=client+O=Example",
            "OU=client,O=Example",
        ] {
            assert_ne!(DistinguishedName::parse(other).unwrap(), name, "{other}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "client",
            "CN",
            "CN=",
            "=client",
            "CN=a,",
            ",CN=a",
            "CN=a,,C=DE",
            "CN=a+",
            "XX=a",
            "1=a",
            "1..2=a",
            "CN=#0401",
            "CN=a\\",
            "CN=a\\zz",
            "CN=a\\f",
            "CN=\\ff",
            "CN=a;C=DE",
            "CN=\"a\"",
            "CN=a\0b",
        ] {
            assert!(DistinguishedName::parse(text).is_err(), "{text}");
        }
    }
}
