# Short names for what one does often. Everything here is one command that works without `just`.

# The recipes.
default:
    @just --list --unsorted

# The demo on http://127.0.0.1:8080, in memory.
demo *arguments:
    cargo run --package symbolon -- serve --demo --database sqlite::memory: {{ arguments }}

# All tests, or those whose names contain a word.
test *arguments:
    cargo test --workspace {{ arguments }}

# Everything that can be said without running it.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- --deny warnings

# Formats all code.
format:
    cargo fmt --all

# Licences, bans, sources and known vulnerabilities of everything we depend on (cargo-deny).
dependencies:
    cargo deny --workspace check

# Writes the tables of docs/configuration.md anew, after a setting was changed.
configuration:
    SYMBOLON_TEST_UPDATE=1 cargo test --package symbolon-wire the_manual_has_every_setting_as_it_is

# Measures a server against the limit of this machine.
bench *arguments:
    cargo run --release --package bench -- {{ arguments }}

# The container image.
image:
    docker build --tag symbolon .

# PostgreSQL, two instances and a proxy: docker-compose.yml says what to set before.
up *arguments:
    docker compose up --build {{ arguments }}
