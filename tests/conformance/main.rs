//! The certification plans of the OpenID Foundation, module by module, against the real binary over
//! HTTPS. What is driven is in `crates/conformance`; what came of it is in `docs/conformance.md`.

fn main() -> std::process::ExitCode {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_symbolon"));
    symbolon_conformance::main(binary)
}
