//! Moments as people and programs write them.
#![doc(alias = "RFC 3339")]

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use symbolon_core::time::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A moment, in whole seconds, in UTC: `2026-11-24T12:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let moment = OffsetDateTime::from_unix_timestamp(self.0.seconds());
        let text = moment.ok().and_then(|moment| moment.format(&Rfc3339).ok());
        // Past the year 9999 there is no such text: the last moment there is one for.
        serializer.serialize_str(text.as_deref().unwrap_or("9999-12-31T23:59:59Z"))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| {
            serde::de::Error::custom("a moment is written as in RFC 3339: 2026-11-24T12:00:00Z")
        })?;
        Ok(Self(Timestamp::from_seconds(moment.unix_timestamp())))
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_moment_is_written_in_utc_and_read_in_any_zone() {
        let moment: Moment = serde_json::from_str("\"2026-11-24T13:00:00+01:00\"").unwrap();
        let written = serde_json::to_string(&moment).unwrap();
        assert_eq!(written, "\"2026-11-24T12:00:00Z\"");
        assert!(serde_json::from_str::<Moment>("\"tomorrow\"").is_err());
        let never = serde_json::to_string(&Moment(Timestamp::from_seconds(i64::MAX)));
        assert_eq!(never.unwrap(), "\"9999-12-31T23:59:59Z\"");
    }
}
