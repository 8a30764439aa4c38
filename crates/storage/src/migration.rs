//! The migrations, embedded. The names are the same for both databases.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// The migrations of a dialect, in order: version, description, and the file of that name.
macro_rules! migrations {
    ($dialect:literal) => {
        migrations!($dialect: 1 "main job" "0001_main_job";
            2 "personal access tokens" "0002_personal_access_tokens";
            3 "rules" "0003_rules";
            4 "targets" "0004_targets";
            5 "client assertions" "0005_client_assertions";
            6 "proofs" "0006_proofs";
            7 "devices" "0007_devices";
            8 "pushed requests" "0008_pushed_requests";
            9 "keys and approvals" "0009_keys_and_approvals";
            10 "logout" "0010_logout";
            11 "registrations" "0011_registrations";
            12 "installation secrets" "0012_installation_secrets";
            13 "console" "0013_console";
            14 "certificate bound tokens" "0014_certificate_bound_tokens";
            17 "authorization details" "0017_authorization_details";
        )
    };
    ($dialect:literal: $($version:literal $description:literal $file:literal;)*) => {
        &[$((
            $version,
            $description,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/../../migrations/", $dialect, "/", $file, ".sql"
            )),
        )),*]
    };
}

/// For SQLite.
pub(crate) const SQLITE: &[(i64, &str, &str)] = migrations!("sqlite");
/// For PostgreSQL.
pub(crate) const POSTGRES: &[(i64, &str, &str)] = migrations!("postgres");

/// A migrator of embedded migrations.
pub(crate) fn migrator(migrations: &'static [(i64, &'static str, &'static str)]) -> Migrator {
    let migrations = migrations.iter().map(|(version, description, sql)| {
        Migration::new(
            *version,
            Cow::Borrowed(*description),
            MigrationType::Simple,
            AssertSqlSafe(*sql).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}
